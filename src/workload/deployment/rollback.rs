//! Going back to an earlier template (DEPLOY-17).
//!
//! Source: `pkg/controller/deployment/rollback.go`.

use crate::api::ReplicaSet;
use crate::workload::deployment::template::{POD_TEMPLATE_HASH, same_template};
use crate::workload::deployment::{Action, Find, ROLLBACK_TO, Stop, Sync, revision};

impl Sync<'_> {
    /// Gives the deployment the template of the set with `revision`; 0 stands for the one before
    /// the highest. The request is dropped in any case.
    pub(super) fn go_back(&mut self, revision: i64) -> Result<(), Stop> {
        let sides = self.sides(Find::OrMake)?;
        let wanted = if revision == 0 { revision::previous(sides.all()) } else { revision };
        let target = sides.all().find(|set| revision::revision_of(set) == Some(wanted));
        if let Some(set) = target.filter(|_| wanted != 0) {
            self.take_template(set);
        }
        self.deployment.metadata.annotations.remove(ROLLBACK_TO);
        self.actions.push(Action::GoBack(Box::new(self.deployment.clone())));
        Ok(())
    }

    fn take_template(&mut self, set: &ReplicaSet) {
        if same_template(&self.deployment.spec.template, &set.spec.template) {
            return;
        }
        let template = &mut self.deployment.spec.template;
        template.clone_from(&set.spec.template);
        template.metadata.labels.remove(POD_TEMPLATE_HASH);
        revision::take_over(&mut self.deployment, set);
    }
}
