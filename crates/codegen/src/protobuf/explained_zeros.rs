//! What the zeros of fields mean that no Go file at hand has.
//!
//! Upstream's files were at hand for 1.20, 1.32 and 1.36 only. Alpha versions came and went between them, and 1.37 is new.
//! When Go files of such a release are fetched, its entries are no longer needed, which is an error.

/// Optional scalars in the releases from the first to the last.
pub(super) struct Explanation {
    pub(super) first: u32,
    pub(super) last: u32,
    /// How it was found out.
    pub(super) why: &'static str,
    /// A definition without `io.k8s.api.`, its properties, and what their zeros mean: `pointer`, `always` or nothing.
    pub(super) fields: &'static [&'static str],
}

const IN_COMMITS: &str =
    "the tags are so in files of upstream's repository from that time, which code search has";
const RENAMED: &str = "the types of v1alpha2, which replaced them in 1.27, have these tags";
const EARLIER: &str = "the types of v1alpha2, which they replaced, have these tags";
const LATER: &str = "the types of v1alpha2 and v1alpha3, which replaced them, have these tags";
const BETA: &str = "the types of the other versions of the group have these tags in 1.36";
const TOMBSTONE: &str =
    "the tags are so in comments of 1.36, which keep the numbers of removed fields";
const CLAIM: &str = "PodResourceClaim, which has replaced it since 1.31, has these tags";
const POD_IP: &str =
    "PodIP, of which it is a copy, has had these tags as long as neither requires an address";
const UID: &str = "it is a string, as are the other fields, none of which is a pointer";
const CLIENTS: &str =
    "clients generated from upstream's types have a string that they omit if it is empty";
const NO_LONGER_REQUIRED: &str = "1.36 requires them and always writes them, as it does with others that it no longer \
    requires, such as PodDisruptionBudgetStatus";
const CONDITION: &str =
    "the conditions of Pods and meta.v1 have these tags; whether this one does could not be seen";

/// Ordered by release. An entry that is not needed is an error.
pub(super) const TABLE: &[Explanation] = &[
    known(17, 17, IN_COMMITS, &["core.v1.LimitRangeItem type"]),
    known(
        17,
        18,
        IN_COMMITS,
        &[
            "auditregistration.v1alpha1.ServiceReference path,port pointer",
            "auditregistration.v1alpha1.WebhookClientConfig url pointer",
            "auditregistration.v1alpha1.WebhookThrottleConfig burst,qps pointer",
            "core.v1.EventSeries state",
        ],
    ),
    known(17, 19, IN_COMMITS, &["core.v1.ServiceSpec ipFamily pointer"]),
    known(23, 27, IN_COMMITS, &["core.v1.PersistentVolumeClaimStatus resizeStatus pointer"]),
    known(25, 28, IN_COMMITS, &["networking.v1alpha1.ClusterCIDRSpec ipv4,ipv6 always"]),
    known(
        26,
        30,
        CLAIM,
        &["core.v1.ClaimSource resourceClaimName,resourceClaimTemplateName pointer"],
    ),
    known(26, 26, IN_COMMITS, &["resource.v1alpha1.AllocationResult resourceHandle,shareable"]),
    known(
        26,
        26,
        RENAMED,
        &[
            "resource.v1alpha1.PodSchedulingSpec selectedNode",
            "resource.v1alpha1.ResourceClaimConsumerReference apiGroup",
            "resource.v1alpha1.ResourceClaimParametersReference apiGroup",
            "resource.v1alpha1.ResourceClaimSchedulingStatus name",
            "resource.v1alpha1.ResourceClaimSpec allocationMode",
            "resource.v1alpha1.ResourceClaimStatus deallocationRequested,driverName",
            "resource.v1alpha1.ResourceClassParametersReference apiGroup,namespace",
        ],
    ),
    known(
        27,
        30,
        IN_COMMITS,
        &[
            "resource.v1alpha2.AllocationResult shareable",
            "resource.v1alpha2.PodSchedulingContextSpec selectedNode",
            "resource.v1alpha2.ResourceHandle data,driverName",
            "resource.v1alpha2.ResourceClaimConsumerReference apiGroup",
            "resource.v1alpha2.ResourceClaimParametersReference apiGroup",
            "resource.v1alpha2.ResourceClaimSchedulingStatus name",
            "resource.v1alpha2.ResourceClaimSpec allocationMode",
            "resource.v1alpha2.ResourceClaimStatus deallocationRequested,driverName",
            "resource.v1alpha2.ResourceClassParametersReference apiGroup,namespace",
        ],
    ),
    known(27, 28, UID, &["networking.v1alpha1.ParentReference uid"]),
    known(28, 30, POD_IP, &["core.v1.HostIP ip"]),
    known(
        30,
        30,
        IN_COMMITS,
        &[
            "resource.v1alpha2.DriverRequests driverName",
            "resource.v1alpha2.NamedResourcesAttribute bool,int,string,version pointer",
            "resource.v1alpha2.ResourceClaimParameters shareable",
            "resource.v1alpha2.ResourceClass structuredParameters pointer",
            "resource.v1alpha2.ResourceFilter driverName",
            "resource.v1alpha2.ResourceSlice nodeName",
            "resource.v1alpha2.StructuredResourceHandle nodeName",
            "resource.v1alpha2.VendorParameters driverName",
        ],
    ),
    known(
        31,
        31,
        IN_COMMITS,
        &[
            "coordination.v1alpha1.LeaseCandidateSpec binaryVersion,emulationVersion",
            "resource.v1alpha3.AllocationResult controller",
            "resource.v1alpha3.ResourceClaimSpec controller",
            "resource.v1alpha3.ResourceClaimStatus deallocationRequested",
        ],
    ),
    known(31, 31, EARLIER, &["resource.v1alpha3.PodSchedulingContextSpec selectedNode"]),
    known(
        33,
        33,
        BETA,
        &[
            "resource.v1alpha3.BasicDevice allNodes,nodeName pointer",
            "resource.v1alpha3.DeviceRequest deviceClassName always",
            "resource.v1alpha3.DeviceSubRequest allocationMode,count",
            "resource.v1alpha3.DeviceToleration effect,key,operator,value",
            "resource.v1alpha3.DeviceToleration tolerationSeconds pointer",
            "resource.v1alpha3.ResourceSliceSpec perDeviceNodeSelection pointer",
        ],
    ),
    known(33, 34, TOMBSTONE, &["resource.v1alpha3.DeviceTaintSelector deviceClassName pointer"]),
    known(
        34,
        34,
        BETA,
        &[
            "certificates.v1alpha1.PodCertificateRequestSpec maxExpirationSeconds pointer",
            "certificates.v1alpha1.PodCertificateRequestStatus certificateChain",
        ],
    ),
    known(35, 35, CLIENTS, &["core.v1.WorkloadReference podGroupReplicaKey"]),
    known(35, 35, LATER, &["scheduling.v1alpha1.TypedLocalObjectReference apiGroup"]),
    known(
        37,
        37,
        NO_LONGER_REQUIRED,
        &[
            "apps.v1.ControllerRevision revision always",
            "apps.v1.DaemonSetCondition status,type always",
            "apps.v1.DeploymentCondition status,type always",
            "apps.v1.ReplicaSetCondition status,type always",
            "apps.v1.StatefulSetCondition status,type always",
        ],
    ),
    known(
        37,
        37,
        CONDITION,
        &["autoscaling.v2.HorizontalPodAutoscalerCondition observedGeneration"],
    ),
    known(
        37,
        37,
        BETA,
        &[
            "certificates.v1.ClusterTrustBundleSpec signerName",
            "resource.v1.DeviceTaintSelector device,driver,pool pointer",
        ],
    ),
    known(
        37,
        37,
        IN_COMMITS,
        &[
            "scheduling.v1alpha3.CompositePodGroupSpec priorityClassName",
            "scheduling.v1alpha3.CompositePodGroupSpec parentCompositePodGroupName,priority pointer",
            "scheduling.v1alpha3.CompositePodGroupTemplate priorityClassName",
            "scheduling.v1alpha3.CompositePodGroupTemplate priority pointer",
            "scheduling.v1alpha3.PodGroupResourceClaim resourceClaimName,resourceClaimTemplateName pointer",
            "scheduling.v1alpha3.PodGroupResourceClaimStatus resourceClaimName pointer",
            "scheduling.v1alpha3.PodGroupSpec priorityClassName",
            "scheduling.v1alpha3.PodGroupSpec parentCompositePodGroupName,preemptionPolicy,priority pointer",
            "scheduling.v1alpha3.PodGroupTemplate priorityClassName",
            "scheduling.v1alpha3.PodGroupTemplate preemptionPolicy,priority pointer",
            "scheduling.v1alpha3.TypedLocalObjectReference apiGroup",
            "storagemigration.v1.StorageVersionMigrationStatus resourceVersion",
        ],
    ),
];

const fn known(
    first: u32,
    last: u32,
    why: &'static str,
    fields: &'static [&'static str],
) -> Explanation {
    Explanation { first, last, why, fields }
}
