//! docs/states.md is written from the machines; this test compares it, or writes it with CALLBOARD_BLESS=1.

use std::fmt::Write as _;

use callboard_service::assignment::state::{self as assignment, AssignmentEvent};
use callboard_service::decision::state::{self as decision, DecisionEvent};
use callboard_service::entity::{
    DecisionStatus, TaskAssignmentStatus, TaskPrerequisiteStatus, WorkItemStatus, WorkSessionStatus, WorkflowRunStatus,
    WorkflowStepStatus,
};
use callboard_service::item::state::{self as item, ItemEvent};
use callboard_service::prerequisite::state::{self as prerequisite, PrerequisiteEvent};
use callboard_service::session::state::{self as session, SessionEvent};
use callboard_service::workflow::state::{self as workflow, RunEvent, StepEvent};
use support::plain;

plain! {
    fn docs_states_is_what_the_machines_say() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/states.md");
        let written = document();
        if std::env::var_os("CALLBOARD_BLESS").is_some() {
            std::fs::write(path, &written).expect("write docs/states.md");
            return;
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(committed == written, "docs/states.md is out of date: run this test with CALLBOARD_BLESS=1 and commit it");
    }

    /// The check can fail: a machine with one arrow more is another document.
    fn another_arrow_is_another_document() {
        let mut machine = items();
        let before = machine.text();
        machine.arrows.push(("done", "accept", "todo"));
        assert_ne!(before, machine.text());
    }
}

struct Machine {
    states: Vec<&'static str>,
    /// Each with whether it is done by hand.
    events: Vec<(&'static str, bool)>,
    arrows: Vec<(&'static str, &'static str, &'static str)>,
    /// The states in which a row begins, and those in which it may rest for good.
    first: &'static [&'static str],
    last: Vec<&'static str>,
}

fn items() -> Machine {
    let mut arrows = Vec::new();
    for from in WorkItemStatus::ALL {
        for event in ItemEvent::ALL {
            arrows.extend(item::next(*from, *event).map(|to| (from.as_str(), event.as_str(), to.as_str())));
        }
    }
    Machine {
        states: WorkItemStatus::ALL.iter().map(|s| s.as_str()).collect(),
        events: ItemEvent::ALL.iter().map(|e| (e.as_str(), !e.is_assignments())).collect(),
        arrows,
        first: &["backlog", "todo"],
        last: item::FINISHED.iter().map(|s| s.as_str()).collect(),
    }
}

fn assignments() -> Machine {
    let mut arrows = Vec::new();
    for from in TaskAssignmentStatus::ALL {
        for event in AssignmentEvent::ALL {
            arrows.extend(assignment::next(*from, *event).map(|to| (from.as_str(), event.as_str(), to.as_str())));
        }
    }
    let last = TaskAssignmentStatus::ALL.iter().filter(|s| !assignment::OPEN.contains(s)).map(|s| s.as_str());
    Machine {
        states: TaskAssignmentStatus::ALL.iter().map(|s| s.as_str()).collect(),
        events: AssignmentEvent::ALL.iter().map(|e| (e.as_str(), true)).collect(),
        arrows,
        first: &["assigned", "started"],
        last: last.collect(),
    }
}

fn runs() -> Machine {
    let mut arrows = Vec::new();
    for from in WorkflowRunStatus::ALL {
        for event in RunEvent::ALL {
            arrows.extend(workflow::next_run(*from, *event).map(|to| (from.as_str(), event.as_str(), to.as_str())));
        }
    }
    Machine {
        states: WorkflowRunStatus::ALL.iter().map(|s| s.as_str()).collect(),
        events: RunEvent::ALL.iter().map(|e| (e.as_str(), true)).collect(),
        arrows,
        first: &["pending"],
        last: workflow::RUN_ENDED.iter().map(|s| s.as_str()).collect(),
    }
}

fn steps() -> Machine {
    let mut arrows = Vec::new();
    for from in WorkflowStepStatus::ALL {
        for event in StepEvent::ALL {
            arrows.extend(workflow::next_step(*from, *event).map(|to| (from.as_str(), event.as_str(), to.as_str())));
        }
    }
    Machine {
        states: WorkflowStepStatus::ALL.iter().map(|s| s.as_str()).collect(),
        events: StepEvent::ALL.iter().map(|e| (e.as_str(), true)).collect(),
        arrows,
        first: &["pending"],
        last: workflow::STEP_ENDED.iter().map(|s| s.as_str()).collect(),
    }
}

fn decisions() -> Machine {
    let mut arrows = Vec::new();
    for from in DecisionStatus::ALL {
        for event in DecisionEvent::ALL {
            arrows.extend(decision::next(*from, *event).map(|to| (from.as_str(), event.as_str(), to.as_str())));
        }
    }
    Machine {
        states: DecisionStatus::ALL.iter().map(|s| s.as_str()).collect(),
        events: DecisionEvent::ALL.iter().map(|e| (e.as_str(), true)).collect(),
        arrows,
        first: &["proposed", "accepted"],
        last: DecisionStatus::ALL.iter().map(|s| s.as_str()).filter(|s| *s != "proposed").collect(),
    }
}

fn prerequisites() -> Machine {
    let mut arrows = Vec::new();
    for from in TaskPrerequisiteStatus::ALL {
        for event in PrerequisiteEvent::ALL {
            arrows.extend(prerequisite::next(*from, *event).map(|to| (from.as_str(), event.as_str(), to.as_str())));
        }
    }
    Machine {
        states: TaskPrerequisiteStatus::ALL.iter().map(|s| s.as_str()).collect(),
        events: PrerequisiteEvent::ALL.iter().map(|e| (e.as_str(), true)).collect(),
        arrows,
        first: &["pending", "satisfied"],
        last: vec!["satisfied", "waived"],
    }
}

fn sessions() -> Machine {
    let mut arrows = Vec::new();
    for from in WorkSessionStatus::ALL {
        for event in SessionEvent::ALL {
            arrows.extend(session::next(*from, *event).map(|to| (from.as_str(), event.as_str(), to.as_str())));
        }
    }
    let last = WorkSessionStatus::ALL.iter().filter(|s| !session::OPEN.contains(s)).map(|s| s.as_str());
    Machine {
        states: WorkSessionStatus::ALL.iter().map(|s| s.as_str()).collect(),
        events: SessionEvent::ALL.iter().map(|e| (e.as_str(), true)).collect(),
        arrows,
        first: &["active"],
        last: last.collect(),
    }
}

impl Machine {
    fn text(&self) -> String {
        format!("{}\n{}", self.table(), self.diagram())
    }

    /// States down, events across; an empty cell is a refusal.
    fn table(&self) -> String {
        let heads: Vec<&str> = self.events.iter().map(|(event, _)| *event).collect();
        let mut text = format!("| from \\ event | {} |\n|---|{}\n", heads.join(" | "), "---|".repeat(heads.len()));
        for state in &self.states {
            let cell = |event: &&str| {
                let arrow = self.arrows.iter().find(|(from, by, _)| from == state && by == event);
                arrow.map_or("", |(_, _, to)| *to)
            };
            let cells: Vec<&str> = heads.iter().map(cell).collect();
            let _ = writeln!(text, "| **{state}** | {} |", cells.join(" | "));
        }
        text
    }

    fn diagram(&self) -> String {
        let mut text = "```mermaid\nstateDiagram-v2\n".to_owned();
        for state in self.first {
            let _ = writeln!(text, "    [*] --> {state}");
        }
        for (from, event, to) in &self.arrows {
            let by_hand = self.events.iter().any(|(name, by_hand)| name == event && *by_hand);
            let note = if by_hand { "" } else { " (assignment)" };
            let _ = writeln!(text, "    {from} --> {to}: {event}{note}");
        }
        for state in &self.last {
            let _ = writeln!(text, "    {state} --> [*]");
        }
        text.push_str("```\n");
        text
    }
}

fn document() -> String {
    let by_hand: Vec<String> =
        ItemEvent::ALL.iter().filter(|e| !e.is_assignments()).map(|e| format!("`{}`", e.as_str())).collect();
    let (items, assignments) = (items().text(), assignments().text());
    let (runs, steps, sessions) = (runs().text(), steps().text(), sessions().text());
    let (decisions, prerequisites) = (decisions().text(), prerequisites().text());
    format!(
        "# States\n\n\
         <!-- Written by tests/it/item/states.rs from service/src/item/state.rs, service/src/assignment/state.rs, \
         service/src/workflow/state.rs, service/src/session/state.rs, service/src/decision/state.rs and \
         service/src/prerequisite/state.rs. Never edited by hand: CALLBOARD_BLESS=1 cargo test --workspace -- states -->\n\n\
         The machines are pure functions; an empty cell is refused, naming the state and the event. Every pair is run \
         through the public verbs on stored rows, on both databases (tests/it/item/machine.rs, \
         tests/it/assignment/, tests/it/workflow/machine.rs, tests/it/session/machine.rs, tests/it/decision/machine.rs, \
         tests/it/prerequisite/machine.rs).\n\n\
         ## Work items\n\n\
         By hand: {}. The other events are those of the item's assignment; while one is open, only they and `cancel` move \
         the item. An epic is never assigned, and so it is also started by hand. `complete` and `finish` lead to done where \
         the item's quality gate lets it pass, and to review (`submit`) where that is strict; `accept` and `reject` are those \
         of a review, by another than any of the item's completers. A done prerequisite satisfies what waits \
         for it in the same transaction; `reopen` takes that back for items that nobody holds.\n\n{items}\n\
         ## Assignments\n\n\
         A claim makes an assignment `started`, an assign `assigned`. While it is assigned, started or paused it is open, \
         and it is the only open one of its item.\n\n{assignments}\n\
         ## Workflow runs\n\n\
         Completing and failing are the runner's, or of the last step that an agent ends; the others are verbs. A failed \
         run keeps its outputs, and goes on when it is resumed or retried.\n\n{runs}\n\
         ## Workflow steps\n\n\
         A delegated step starts and waits in one transaction: its item's end completes or fails it. A failed step starts \
         again only while it has attempts left. Cancelling the run cancels its pending, running and waiting steps.\n\n{steps}\n\
         ## Work sessions\n\n\
         One session of each agent or person and project is active, unless more are asked for. Only what runs is counted; \
         what is held in a session stays held when it is over.\n\n{sessions}\n\
         ## Decisions\n\n\
         Superseding, reversing, refining and clarifying link the decision to the newer one, which must be in force to put \
         another out of force. A decision may be superseded by several.\n\n{decisions}\n\
         ## Prerequisites\n\n\
         Completing an item satisfies what waits for it, reopening it takes that back (`reopen`); a look satisfies files \
         and gates, and somebody's evidence the rest. Whatever is pending or failed may be waived, for good.\n\n{prerequisites}",
        by_hand.join(", ")
    )
}
