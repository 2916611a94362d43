//! What is asked for, and what has to come of it.

use e2e::{
    conductorone::{
        Record, State,
        messages::task::{ActionInvokeTask, SyncFullTask, TaskType},
        tasks,
    },
    valimail::Account,
};
use prost_types::value::Kind;

/// Of a wave.
pub const TASKS: usize = 50;
/// Who has an account from the beginning.
pub const PEOPLE: usize = HOLDERS + CLERKS;

/// People who are granted something, or lose it, in every wave.
const HOLDERS: usize = 12;
/// People of whom one after the other is disabled, or enabled.
const CLERKS: usize = 12;
/// Of these in each wave.
const DISABLED_OR_ENABLED: usize = 3;
/// Accounts that are created in each wave.
const CREATED: usize = 5;
/// What holders are, in turn.
const MEMBER_TYPES: [&str; 3] = ["owner", "marketer", "member"];

/// Outcomes: the numbers of gRPC.
const OK: i32 = 0;
const INVALID_ARGUMENT: i32 = 3;
const NOT_FOUND: i32 = 5;
const UNIMPLEMENTED: i32 = 12;

/// A task that was asked for, and the code that it has to end with.
pub struct Asked {
    pub id: String,
    pub code: i32,
}

impl Asked {
    /// The task, if it grants or revokes something.
    pub fn change<'s>(&self, state: &'s State) -> Option<&'s Record> {
        let record = state.record(&self.id)?;
        match record.task.task_type {
            Some(TaskType::Grant(_) | TaskType::Revoke(_)) => Some(record),
            _ => None,
        }
    }
}

/// All waves, and who is what by them.
pub struct Plan {
    waves: usize,
    holders: Vec<(String, &'static str)>,
    created: Vec<String>,
}

impl Default for Plan {
    fn default() -> Self {
        // What they are to be first is something else.
        let holder = |number: usize| (format!("holder{number}"), MEMBER_TYPES[(number + 2) % 3]);
        Self {
            waves: 0,
            holders: (0..HOLDERS).map(holder).collect(),
            created: Vec::new(),
        }
    }
}

impl Plan {
    /// Everybody, as they are at the beginning.
    pub fn accounts(&self) -> Vec<Account> {
        let holders = self.holders.iter();
        let holders = holders.map(|(id, member_type)| account(id).member_type(member_type));
        let clerks = (0..CLERKS).map(|number| match is_to_be_enabled(number) {
            true => account(&clerk(number)).inactive(),
            false => account(&clerk(number)),
        });
        holders.chain(clerks).collect()
    }

    /// What everybody is after all waves so far.
    pub fn member_types(&self) -> &[(String, &'static str)] {
        &self.holders
    }

    /// Whose accounts were created by all waves so far.
    pub fn created(&self) -> &[String] {
        &self.created
    }

    /// The tasks of the next wave, and the code that each has to end with.
    pub fn wave(&mut self) -> Vec<(TaskType, i32)> {
        let mut wave = self.others();
        let numbers = 0..HOLDERS;
        wave.extend(numbers.map(|number| (self.change(number), OK)));
        for number in 0..CREATED {
            let email = format!("new{}-{number}@larkspur.example", self.waves);
            wave.push((tasks::create_account(&email, &[]), OK));
            self.created.push(email);
        }
        let clerks = self.waves * DISABLED_OR_ENABLED..;
        wave.extend(clerks.take(DISABLED_OR_ENABLED).map(|number| {
            let name = match is_to_be_enabled(number) {
                true => "enable_user",
                false => "disable_user",
            };
            (tasks::invoke(name, &[("user_id", &clerk(number))]), OK)
        }));
        assert_eq!(wave.len(), TASKS);
        fastrand::Rng::with_seed(self.waves as u64).shuffle(&mut wave);
        self.waves += 1;
        wave
    }

    /// Makes somebody be of the next member type: taking away what they have makes them members.
    fn change(&mut self, number: usize) -> TaskType {
        let wanted = MEMBER_TYPES[(number + self.waves) % 3];
        let (id, member_type) = &mut self.holders[number];
        let held = std::mem::replace(member_type, wanted);
        match wanted {
            "member" => tasks::revoke(&format!("member_type:{held}:assigned"), id),
            _ => tasks::grant(&format!("member_type:{wanted}:assigned"), id),
        }
    }

    /// What changes nothing, some of it because there is no such thing.
    fn others(&self) -> Vec<(TaskType, i32)> {
        let sync = |task| TaskType::SyncFull(task);
        let (anybody, _) = &self.holders[self.waves];
        let kinds = [
            (3, tasks::hello(), OK),
            (3, tasks::sync(), OK),
            (
                3,
                sync(SyncFullTask {
                    targeted_sync_resources: vec![tasks::resource("user", anybody)],
                    ..SyncFullTask::default()
                }),
                OK,
            ),
            (
                2,
                sync(SyncFullTask {
                    sync_resource_type_ids: vec!["user".to_owned()],
                    ..SyncFullTask::default()
                }),
                OK,
            ),
            (
                1,
                sync(SyncFullTask {
                    skip_grants: true,
                    ..SyncFullTask::default()
                }),
                OK,
            ),
            (3, tasks::list_actions(), OK),
            (3, tasks::get_action("disable_user"), OK),
            (3, tasks::action_status("nothing"), NOT_FOUND),
            (3, tasks::unsupported(), UNIMPLEMENTED),
            (3, tasks::unheard_of(), UNIMPLEMENTED),
            (
                3,
                tasks::grant("member_type:emperor:assigned", anybody),
                INVALID_ARGUMENT,
            ),
        ];
        let kinds = kinds.into_iter();
        kinds
            .flat_map(|(times, task, code)| vec![(task, code); times])
            .collect()
    }
}

/// Whom an action is about.
pub fn user_of(task: &ActionInvokeTask) -> String {
    let arguments = task.args.as_ref().expect("arguments");
    match &arguments.fields["user_id"].kind {
        Some(Kind::StringValue(id)) => id.clone(),
        other => panic!("{other:?}"),
    }
}

fn account(id: &str) -> Account {
    Account::new(id, format!("{id}@larkspur.example"))
}

fn clerk(number: usize) -> String {
    format!("clerk{number}")
}

fn is_to_be_enabled(number: usize) -> bool {
    number.is_multiple_of(2)
}
