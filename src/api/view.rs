//! Narrow views of wide unions.
//!
//! On the wire a union is a struct of optional members, so that "two are set" can be held and
//! answered with an error at its place. Whoever acts on a union matches on its view, which has
//! exactly one member.
//!
//! ```
//! use kubernel::api::{EmptyDirVolumeSource, HostPathVolumeSource, Volume, VolumeSource};
//!
//! let mut volume = Volume { empty_dir: Some(Box::default()), ..Default::default() };
//! assert!(matches!(volume.source(), Ok(VolumeSource::EmptyDir(_))));
//!
//! volume.host_path = Some(Box::default());
//! let error = volume.source().unwrap_err();
//! assert_eq!(error.set, ["hostPath", "emptyDir"]);
//! assert_eq!(error.to_string(), "exactly one may be set, found `hostPath`, `emptyDir`");
//! ```

use std::fmt;

use crate::api::container::{
    ConfigMapEnvSource, ConfigMapKeySelector, ContainerState, ContainerStateRunning,
    ContainerStateTerminated, ContainerStateWaiting, EnvFromSource, EnvVarSource, FileKeySelector,
    SecretEnvSource, SecretKeySelector,
};
use crate::api::probe::{
    ExecAction, GRPCAction, HTTPGetAction, LifecycleHandler, Probe, SleepAction, TCPSocketAction,
};
use crate::api::storage::{
    AzureFilePersistentVolumeSource, CSIPersistentVolumeSource, CephFSPersistentVolumeSource,
    CinderPersistentVolumeSource, FlexPersistentVolumeSource, GlusterfsPersistentVolumeSource,
    ISCSIPersistentVolumeSource, LocalVolumeSource, PersistentVolumeSpec,
    RBDPersistentVolumeSource, ScaleIOPersistentVolumeSource, StorageOSPersistentVolumeSource,
};
use crate::api::volume::{
    AWSElasticBlockStoreVolumeSource, AzureDiskVolumeSource, AzureFileVolumeSource,
    CSIVolumeSource, CephFSVolumeSource, CinderVolumeSource, ClusterTrustBundleProjection,
    ConfigMapProjection, ConfigMapVolumeSource, DownwardAPIProjection, DownwardAPIVolumeSource,
    EmptyDirVolumeSource, EphemeralVolumeSource, FCVolumeSource, FlexVolumeSource,
    FlockerVolumeSource, GCEPersistentDiskVolumeSource, GitRepoVolumeSource, GlusterfsVolumeSource,
    HostPathVolumeSource, ISCSIVolumeSource, ImageVolumeSource, NFSVolumeSource,
    ObjectFieldSelector, PersistentVolumeClaimVolumeSource, PhotonPersistentDiskVolumeSource,
    PodCertificateProjection, PortworxVolumeSource, ProjectedVolumeSource, QuobyteVolumeSource,
    RBDVolumeSource, ResourceFieldSelector, ScaleIOVolumeSource, SecretProjection,
    SecretVolumeSource, ServiceAccountTokenProjection, StorageOSVolumeSource, Volume,
    VolumeProjection, VsphereVirtualDiskVolumeSource,
};

/// A union has no member, or more than one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct NotExactlyOne {
    /// The wire names of the members that are set, in upstream's order.
    pub set: Vec<&'static str>,
}

impl fmt::Display for NotExactlyOne {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((first, rest)) = self.set.split_first() else {
            return f.write_str("one must be set, found none");
        };
        write!(f, "exactly one may be set, found `{first}`")?;
        rest.iter().try_for_each(|name| write!(f, ", `{name}`"))
    }
}

/// Declares a view: an enum with a reference for each member, and the method that makes it.
macro_rules! view {
    (
        $(#[$meta:meta])*
        $view:ident of $wide:ident by $method:ident {
            $( $(#[$doc:meta])* $variant:ident($member:ident) = $field:ident $name:literal; )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq)]
        #[non_exhaustive]
        pub enum $view<'a> {
            $( $(#[$doc])* #[doc = concat!("The member `", $name, "`.")] $variant(&'a $member), )*
        }

        impl $view<'_> {
            /// The wire name of the member.
            #[must_use]
            pub fn name(&self) -> &'static str {
                match self { $( Self::$variant(_) => $name, )* }
            }
        }

        impl $wide {
            #[doc = concat!("The one member that is set, as a [`", stringify!($view), "`].")]
            ///
            /// # Errors
            /// When no member is set, or more than one.
            pub fn $method(&self) -> Result<$view<'_>, NotExactlyOne> {
                let (mut one, mut set) = (None, Vec::new());
                $(
                    if let Some(member) = &self.$field {
                        // A second member is the only case that allocates.
                        if let Some(first) = one.replace($view::$variant(member)) {
                            if set.is_empty() {
                                set.push($view::name(&first));
                            }
                            set.push($name);
                        }
                    }
                )*
                match one {
                    Some(one) if set.is_empty() => Ok(one),
                    Some(_) | None => Err(NotExactlyOne { set }),
                }
            }
        }
    };
}

view! {
    /// Where the files of a volume of a pod come from.
    VolumeSource of Volume by source {
        HostPath(HostPathVolumeSource) = host_path "hostPath";
        EmptyDir(EmptyDirVolumeSource) = empty_dir "emptyDir";
        GcePersistentDisk(GCEPersistentDiskVolumeSource) = gce_persistent_disk "gcePersistentDisk";
        AwsElasticBlockStore(AWSElasticBlockStoreVolumeSource) = aws_elastic_block_store "awsElasticBlockStore";
        GitRepo(GitRepoVolumeSource) = git_repo "gitRepo";
        Secret(SecretVolumeSource) = secret "secret";
        Nfs(NFSVolumeSource) = nfs "nfs";
        Iscsi(ISCSIVolumeSource) = iscsi "iscsi";
        Glusterfs(GlusterfsVolumeSource) = glusterfs "glusterfs";
        Claim(PersistentVolumeClaimVolumeSource) = persistent_volume_claim "persistentVolumeClaim";
        Rbd(RBDVolumeSource) = rbd "rbd";
        FlexVolume(FlexVolumeSource) = flex_volume "flexVolume";
        Cinder(CinderVolumeSource) = cinder "cinder";
        Cephfs(CephFSVolumeSource) = cephfs "cephfs";
        Flocker(FlockerVolumeSource) = flocker "flocker";
        DownwardApi(DownwardAPIVolumeSource) = downward_api "downwardAPI";
        Fc(FCVolumeSource) = fc "fc";
        AzureFile(AzureFileVolumeSource) = azure_file "azureFile";
        ConfigMap(ConfigMapVolumeSource) = config_map "configMap";
        VsphereVolume(VsphereVirtualDiskVolumeSource) = vsphere_volume "vsphereVolume";
        Quobyte(QuobyteVolumeSource) = quobyte "quobyte";
        AzureDisk(AzureDiskVolumeSource) = azure_disk "azureDisk";
        PhotonPersistentDisk(PhotonPersistentDiskVolumeSource) = photon_persistent_disk "photonPersistentDisk";
        Projected(ProjectedVolumeSource) = projected "projected";
        PortworxVolume(PortworxVolumeSource) = portworx_volume "portworxVolume";
        ScaleIo(ScaleIOVolumeSource) = scale_io "scaleIO";
        Storageos(StorageOSVolumeSource) = storageos "storageos";
        Csi(CSIVolumeSource) = csi "csi";
        Ephemeral(EphemeralVolumeSource) = ephemeral "ephemeral";
        Image(ImageVolumeSource) = image "image";
    }
}

view! {
    /// Where the storage of a persistent volume is.
    PersistentVolumeSource of PersistentVolumeSpec by source {
        GcePersistentDisk(GCEPersistentDiskVolumeSource) = gce_persistent_disk "gcePersistentDisk";
        AwsElasticBlockStore(AWSElasticBlockStoreVolumeSource) = aws_elastic_block_store "awsElasticBlockStore";
        HostPath(HostPathVolumeSource) = host_path "hostPath";
        Glusterfs(GlusterfsPersistentVolumeSource) = glusterfs "glusterfs";
        Nfs(NFSVolumeSource) = nfs "nfs";
        Rbd(RBDPersistentVolumeSource) = rbd "rbd";
        Iscsi(ISCSIPersistentVolumeSource) = iscsi "iscsi";
        Cinder(CinderPersistentVolumeSource) = cinder "cinder";
        Cephfs(CephFSPersistentVolumeSource) = cephfs "cephfs";
        Fc(FCVolumeSource) = fc "fc";
        Flocker(FlockerVolumeSource) = flocker "flocker";
        FlexVolume(FlexPersistentVolumeSource) = flex_volume "flexVolume";
        AzureFile(AzureFilePersistentVolumeSource) = azure_file "azureFile";
        VsphereVolume(VsphereVirtualDiskVolumeSource) = vsphere_volume "vsphereVolume";
        Quobyte(QuobyteVolumeSource) = quobyte "quobyte";
        AzureDisk(AzureDiskVolumeSource) = azure_disk "azureDisk";
        PhotonPersistentDisk(PhotonPersistentDiskVolumeSource) = photon_persistent_disk "photonPersistentDisk";
        PortworxVolume(PortworxVolumeSource) = portworx_volume "portworxVolume";
        ScaleIo(ScaleIOPersistentVolumeSource) = scale_io "scaleIO";
        Local(LocalVolumeSource) = local "local";
        Storageos(StorageOSPersistentVolumeSource) = storageos "storageos";
        Csi(CSIPersistentVolumeSource) = csi "csi";
    }
}

view! {
    /// Where a part of a projected volume comes from.
    ProjectionSource of VolumeProjection by source {
        Secret(SecretProjection) = secret "secret";
        DownwardApi(DownwardAPIProjection) = downward_api "downwardAPI";
        ConfigMap(ConfigMapProjection) = config_map "configMap";
        ServiceAccountToken(ServiceAccountTokenProjection) = service_account_token "serviceAccountToken";
        ClusterTrustBundle(ClusterTrustBundleProjection) = cluster_trust_bundle "clusterTrustBundle";
        PodCertificate(PodCertificateProjection) = pod_certificate "podCertificate";
    }
}

view! {
    /// What a container is doing. A state without any member stands for waiting; ask `set.is_empty()`.
    CurrentState of ContainerState by current {
        Waiting(ContainerStateWaiting) = waiting "waiting";
        Running(ContainerStateRunning) = running "running";
        Terminated(ContainerStateTerminated) = terminated "terminated";
    }
}

view! {
    /// What a probe does to find out.
    ProbeAction of Probe by action {
        Exec(ExecAction) = exec "exec";
        HttpGet(HTTPGetAction) = http_get "httpGet";
        TcpSocket(TCPSocketAction) = tcp_socket "tcpSocket";
        Grpc(GRPCAction) = grpc "grpc";
    }
}

view! {
    /// What happens after the start or before the stop of a container.
    LifecycleAction of LifecycleHandler by action {
        Exec(ExecAction) = exec "exec";
        HttpGet(HTTPGetAction) = http_get "httpGet";
        TcpSocket(TCPSocketAction) = tcp_socket "tcpSocket";
        Sleep(SleepAction) = sleep "sleep";
    }
}

view! {
    /// Where the value of an environment variable comes from.
    EnvSource of EnvVarSource by source {
        FieldRef(ObjectFieldSelector) = field_ref "fieldRef";
        ResourceFieldRef(ResourceFieldSelector) = resource_field_ref "resourceFieldRef";
        ConfigMapKeyRef(ConfigMapKeySelector) = config_map_key_ref "configMapKeyRef";
        SecretKeyRef(SecretKeySelector) = secret_key_ref "secretKeyRef";
        FileKeyRef(FileKeySelector) = file_key_ref "fileKeyRef";
    }
}

view! {
    /// Where a whole set of environment variables comes from.
    EnvSetSource of EnvFromSource by source {
        ConfigMapRef(ConfigMapEnvSource) = config_map_ref "configMapRef";
        SecretRef(SecretEnvSource) = secret_ref "secretRef";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_one_member() {
        let mut state = ContainerState::default();
        assert_eq!(state.current(), Err(NotExactlyOne { set: vec![] }));
        assert_eq!(state.current().unwrap_err().to_string(), "one must be set, found none");
        state.running = Some(Box::default());
        assert_eq!(state.current().map(|state| state.name()), Ok("running"));
        state.waiting = Some(Box::default());
        state.terminated = Some(Box::default());
        let error = state.current().unwrap_err();
        assert_eq!(error.set, ["waiting", "running", "terminated"]);
    }

    #[test]
    fn names_are_those_of_the_wire() {
        let spec: PersistentVolumeSpec =
            serde_json::from_str(r#"{"claimRef":{},"nodeAffinity":{},"csi":{}}"#).unwrap();
        assert_eq!(spec.source().unwrap().name(), "csi");
        let source: EnvVarSource = serde_json::from_str(r#"{"fileKeyRef":{}}"#).unwrap();
        assert!(matches!(source.source(), Ok(EnvSource::FileKeyRef(_))));
    }
}
