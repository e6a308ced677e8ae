//! MODDOC network

use crate::api::container::Protocol;
use crate::api::meta::{Condition, LabelSelector, ObjectMeta};
use crate::api::reference::TypedLocalObjectReference;
use crate::api::wire::{open_enum, wire};
use crate::int_or_string::IntOrString;

wire! {
    /// DOC networking NetworkPolicy
    struct NetworkPolicy = "networking.k8s.io/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: NetworkPolicySpec = "spec";
    }
}

wire! {
    /// DOC networking NetworkPolicySpec
    struct NetworkPolicySpec {
        keep pod_selector: LabelSelector = "podSelector";
        omit ingress: Vec<NetworkPolicyIngressRule> = "ingress";
        omit egress: Vec<NetworkPolicyEgressRule> = "egress";
        omit policy_types: Vec<PolicyType> = "policyTypes";
    }
}

wire! {
    /// DOC networking NetworkPolicyIngressRule
    struct NetworkPolicyIngressRule {
        omit ports: Vec<NetworkPolicyPort> = "ports";
        omit from: Vec<NetworkPolicyPeer> = "from";
    }
}

wire! {
    /// DOC networking NetworkPolicyPort
    struct NetworkPolicyPort {
        opt protocol: Option<Protocol> = "protocol";
        opt port: Option<IntOrString> = "port";
        opt end_port: Option<i32> = "endPort";
    }
}

wire! {
    /// DOC networking NetworkPolicyPeer
    struct NetworkPolicyPeer {
        opt pod_selector: Option<Box<LabelSelector>> = "podSelector";
        opt namespace_selector: Option<Box<LabelSelector>> = "namespaceSelector";
        opt ip_block: Option<Box<IPBlock>> = "ipBlock";
    }
}

wire! {
    /// DOC networking IPBlock
    struct IPBlock {
        keep cidr: String = "cidr";
        omit except: Vec<String> = "except";
    }
}

wire! {
    /// DOC networking NetworkPolicyEgressRule
    struct NetworkPolicyEgressRule {
        omit ports: Vec<NetworkPolicyPort> = "ports";
        omit to: Vec<NetworkPolicyPeer> = "to";
    }
}

open_enum! {
    /// DOC networking PolicyType
    PolicyType { Ingress, Egress }
}

wire! {
    /// DOC networking Ingress
    struct Ingress = "networking.k8s.io/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: IngressSpec = "spec";
        keep status: IngressStatus = "status";
    }
}

wire! {
    /// DOC networking IngressSpec
    struct IngressSpec {
        opt ingress_class_name: Option<String> = "ingressClassName";
        opt default_backend: Option<Box<IngressBackend>> = "defaultBackend";
        omit tls: Vec<IngressTLS> = "tls";
        omit rules: Vec<IngressRule> = "rules";
    }
}

wire! {
    /// DOC networking IngressBackend
    struct IngressBackend {
        opt service: Option<Box<IngressServiceBackend>> = "service";
        opt resource: Option<Box<TypedLocalObjectReference>> = "resource";
    }
}

wire! {
    /// DOC networking IngressServiceBackend
    struct IngressServiceBackend {
        keep name: String = "name";
        keep port: ServiceBackendPort = "port";
    }
}

wire! {
    /// DOC networking ServiceBackendPort
    struct ServiceBackendPort {
        omit name: String = "name";
        omit number: i32 = "number";
    }
}

wire! {
    /// DOC networking IngressTLS
    struct IngressTLS {
        omit hosts: Vec<String> = "hosts";
        omit secret_name: String = "secretName";
    }
}

wire! {
    /// DOC networking IngressRule
    struct IngressRule {
        omit host: String = "host";
        opt http: Option<Box<HTTPIngressRuleValue>> = "http";
    }
}

wire! {
    /// DOC networking HTTPIngressRuleValue
    struct HTTPIngressRuleValue {
        keep paths: Vec<HTTPIngressPath> = "paths";
    }
}

wire! {
    /// DOC networking HTTPIngressPath
    struct HTTPIngressPath {
        omit path: String = "path";
        null path_type: Option<PathType> = "pathType";
        keep backend: IngressBackend = "backend";
    }
}

open_enum! {
    /// DOC networking PathType
    PathType { Exact, Prefix, ImplementationSpecific }
}

wire! {
    /// DOC networking IngressStatus
    struct IngressStatus {
        keep load_balancer: IngressLoadBalancerStatus = "loadBalancer";
    }
}

wire! {
    /// DOC networking IngressLoadBalancerStatus
    struct IngressLoadBalancerStatus {
        omit ingress: Vec<IngressLoadBalancerIngress> = "ingress";
    }
}

wire! {
    /// DOC networking IngressLoadBalancerIngress
    struct IngressLoadBalancerIngress {
        omit ip: String = "ip";
        omit hostname: String = "hostname";
        omit ports: Vec<IngressPortStatus> = "ports";
    }
}

wire! {
    /// DOC networking IngressPortStatus
    struct IngressPortStatus {
        keep port: i32 = "port";
        keep protocol: Protocol = "protocol";
        opt error: Option<String> = "error";
    }
}

wire! {
    /// DOC networking IngressClass
    struct IngressClass = "networking.k8s.io/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: IngressClassSpec = "spec";
    }
}

wire! {
    /// DOC networking IngressClassSpec
    struct IngressClassSpec {
        omit controller: String = "controller";
        opt parameters: Option<Box<IngressClassParametersReference>> = "parameters";
    }
}

wire! {
    /// DOC networking IngressClassParametersReference
    struct IngressClassParametersReference {
        opt api_group: Option<String> = "apiGroup";
        keep kind: String = "kind";
        keep name: String = "name";
        null scope: Option<String> = "scope";
        opt namespace: Option<String> = "namespace";
    }
}

wire! {
    /// DOC networking ServiceCIDR
    struct ServiceCIDR = "networking.k8s.io/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: ServiceCIDRSpec = "spec";
        keep status: ServiceCIDRStatus = "status";
    }
}

wire! {
    /// DOC networking ServiceCIDRSpec
    struct ServiceCIDRSpec {
        omit cidrs: Vec<String> = "cidrs";
    }
}

wire! {
    /// DOC networking ServiceCIDRStatus
    struct ServiceCIDRStatus {
        omit conditions: Vec<Condition> = "conditions" [merge "type"];
    }
}

wire! {
    /// DOC networking IPAddress
    struct IPAddress = "networking.k8s.io/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: IPAddressSpec = "spec";
    }
}

wire! {
    /// DOC networking IPAddressSpec
    struct IPAddressSpec {
        opt parent_ref: Option<Box<ParentReference>> = "parentRef";
    }
}

wire! {
    /// DOC networking ParentReference
    struct ParentReference {
        omit group: String = "group";
        omit resource: String = "resource";
        omit namespace: String = "namespace";
        omit name: String = "name";
    }
}
