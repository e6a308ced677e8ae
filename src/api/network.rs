//! Network policies, ingresses, and the addresses of services.

use crate::api::container::Protocol;
use crate::api::meta::{Condition, LabelSelector, ObjectMeta};
use crate::api::reference::TypedLocalObjectReference;
use crate::api::wire::{open_enum, wire};
use crate::int_or_string::IntOrString;

wire! {
    /// Which connections the selected pods may have. Pods that no policy selects may have all.
    struct NetworkPolicy = "networking.k8s.io/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: NetworkPolicySpec = "spec";
    }
}

wire! {
    /// The selected pods, the directions that are isolated, and what is allowed in each.
    struct NetworkPolicySpec {
        keep pod_selector: LabelSelector = "podSelector";
        omit ingress: Vec<NetworkPolicyIngressRule> = "ingress";
        omit egress: Vec<NetworkPolicyEgressRule> = "egress";
        omit policy_types: Vec<PolicyType> = "policyTypes";
    }
}

wire! {
    /// Connections that are allowed in: from one of the peers, to one of the ports. Absent lists
    /// allow all.
    struct NetworkPolicyIngressRule {
        omit ports: Vec<NetworkPolicyPort> = "ports";
        omit from: Vec<NetworkPolicyPeer> = "from";
    }
}

wire! {
    /// A port, or a range of ports, of one protocol.
    struct NetworkPolicyPort {
        opt protocol: Option<Protocol> = "protocol";
        opt port: Option<IntOrString> = "port";
        opt end_port: Option<i32> = "endPort";
    }
}

wire! {
    /// The other end of a connection: pods by labels, or a block of addresses.
    struct NetworkPolicyPeer {
        opt pod_selector: Option<Box<LabelSelector>> = "podSelector";
        opt namespace_selector: Option<Box<LabelSelector>> = "namespaceSelector";
        opt ip_block: Option<Box<IPBlock>> = "ipBlock";
    }
}

wire! {
    /// A block of addresses without some smaller ones.
    struct IPBlock {
        keep cidr: String = "cidr";
        omit except: Vec<String> = "except";
    }
}

wire! {
    /// Connections that are allowed out: to one of the peers, at one of the ports. Absent lists
    /// allow all.
    struct NetworkPolicyEgressRule {
        omit ports: Vec<NetworkPolicyPort> = "ports";
        omit to: Vec<NetworkPolicyPeer> = "to";
    }
}

open_enum! {
    /// A direction of connections, seen from the pod.
    PolicyType { Ingress, Egress }
}

wire! {
    /// Routes for HTTP from outside to services, by host and path.
    struct Ingress = "networking.k8s.io/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: IngressSpec = "spec";
        keep status: IngressStatus = "status";
    }
}

wire! {
    /// The rules, the certificates and the fallback of an ingress.
    struct IngressSpec {
        opt ingress_class_name: Option<String> = "ingressClassName";
        opt default_backend: Option<Box<IngressBackend>> = "defaultBackend";
        omit tls: Vec<IngressTLS> = "tls";
        omit rules: Vec<IngressRule> = "rules";
    }
}

wire! {
    /// Where requests go: a service or another object.
    struct IngressBackend {
        opt service: Option<Box<IngressServiceBackend>> = "service";
        opt resource: Option<Box<TypedLocalObjectReference>> = "resource";
    }
}

wire! {
    /// A service and one of its ports.
    struct IngressServiceBackend {
        keep name: String = "name";
        keep port: ServiceBackendPort = "port";
    }
}

wire! {
    /// A port of a service, by name or by number.
    struct ServiceBackendPort {
        omit name: String = "name";
        omit number: i32 = "number";
    }
}

wire! {
    /// The hosts for which a secret holds the certificate.
    struct IngressTLS {
        omit hosts: Vec<String> = "hosts";
        omit secret_name: String = "secretName";
    }
}

wire! {
    /// The paths of one host. An empty host stands for all.
    struct IngressRule {
        omit host: String = "host";
        opt http: Option<Box<HTTPIngressRuleValue>> = "http";
    }
}

wire! {
    /// The paths of a rule; the longest match wins.
    struct HTTPIngressRuleValue {
        keep paths: Vec<HTTPIngressPath> = "paths";
    }
}

wire! {
    /// A path and the backend for it.
    struct HTTPIngressPath {
        omit path: String = "path";
        null path_type: Option<PathType> = "pathType";
        keep backend: IngressBackend = "backend";
    }
}

open_enum! {
    /// How a path is compared: as a whole, by its elements, or as the controller likes.
    PathType { Exact, Prefix, ImplementationSpecific }
}

wire! {
    /// Where an ingress can be reached.
    struct IngressStatus {
        keep load_balancer: IngressLoadBalancerStatus = "loadBalancer";
    }
}

wire! {
    /// The addresses at which an ingress can be reached.
    struct IngressLoadBalancerStatus {
        omit ingress: Vec<IngressLoadBalancerIngress> = "ingress";
    }
}

wire! {
    /// One address at which an ingress can be reached.
    struct IngressLoadBalancerIngress {
        omit ip: String = "ip";
        omit hostname: String = "hostname";
        omit ports: Vec<IngressPortStatus> = "ports";
    }
}

wire! {
    /// A port of an ingress and, if something is wrong with it, the error.
    struct IngressPortStatus {
        keep port: i32 = "port";
        keep protocol: Protocol = "protocol";
        opt error: Option<String> = "error";
    }
}

wire! {
    /// A sort of ingress: the controller that looks after it.
    struct IngressClass = "networking.k8s.io/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: IngressClassSpec = "spec";
    }
}

wire! {
    /// The controller of a class, and where its parameters are.
    struct IngressClassSpec {
        omit controller: String = "controller";
        opt parameters: Option<Box<IngressClassParametersReference>> = "parameters";
    }
}

wire! {
    /// The object that holds the parameters of a class.
    struct IngressClassParametersReference {
        opt api_group: Option<String> = "apiGroup";
        keep kind: String = "kind";
        keep name: String = "name";
        null scope: Option<String> = "scope";
        opt namespace: Option<String> = "namespace";
    }
}

wire! {
    /// Blocks of addresses from which services get their cluster addresses.
    struct ServiceCIDR = "networking.k8s.io/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: ServiceCIDRSpec = "spec";
        keep status: ServiceCIDRStatus = "status";
    }
}

wire! {
    /// The blocks, at most one for each address family.
    struct ServiceCIDRSpec {
        omit cidrs: Vec<String> = "cidrs";
    }
}

wire! {
    /// Whether the blocks are in use.
    struct ServiceCIDRStatus {
        omit conditions: Vec<Condition> = "conditions" [merge "type"];
    }
}

wire! {
    /// An allocated cluster address; its name is the address in canonical form.
    struct IPAddress = "networking.k8s.io/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: IPAddressSpec = "spec";
    }
}

wire! {
    /// Whom an address is allocated to.
    struct IPAddressSpec {
        opt parent_ref: Option<Box<ParentReference>> = "parentRef";
    }
}

wire! {
    /// The object that an address belongs to.
    struct ParentReference {
        omit group: String = "group";
        omit resource: String = "resource";
        omit namespace: String = "namespace";
        omit name: String = "name";
    }
}
