//! The list of accounts: which of them a request gets, and how they are written.

use std::rc::Rc;

use serde_json::{Map, Value, json};

use super::LIST_RESPONSE;
use super::accounts::Accounts;
use super::answers::{Answer, scim_error};
use super::filter::{self, Filter};
use super::generated::Template;
use super::json::Layout;
use super::log::Request;
use super::settings::Settings;
use super::source::{Maker, Source};
use super::switches::{EmptyList, Filtering, Framing, Pagination, Total, TotalPosition};

/// Answers a request for the list.
pub(super) fn answer(settings: &Settings, request: &Request) -> Answer {
    let filter = request.parameter("filter").map(filter::parse);
    let selection = match filter.transpose() {
        Ok(filter) => select(settings, filter),
        Err(reason) => Err(reason),
    };
    let selection = match selection {
        Ok(selection) => selection,
        Err(reason) => {
            let detail = format!("The specified filter syntax was invalid: {reason}");
            return scim_error(400, Some("invalidFilter"), &detail);
        }
    };
    let total = selection.len();
    let number = |name| {
        request
            .parameter(name)
            .and_then(|text| text.parse::<i64>().ok())
    };
    let start = number("startIndex").unwrap_or(1).max(1) as u64;
    let count = number("count").map_or(u64::MAX, |count| count.max(0) as u64);
    let page = match settings.pagination {
        Pagination::None => None,
        Pagination::Rfc7644 { page } => Some((start, count.min(page))),
        Pagination::IgnoresCount { page } => Some((start, page)),
        Pagination::IgnoresStartIndex { page } => Some((1, count.min(page))),
    };
    let selection = match page {
        None => selection,
        Some((start, count)) => selection.part(start - 1, count),
    };
    let document = document(
        settings,
        total,
        page.map(|(start, _)| start),
        selection.len(),
    );
    let body = stream(settings, document, selection);
    Answer {
        measured: settings.framing == Framing::ContentLength,
        ..Answer::streamed(body)
    }
}

fn select(settings: &Settings, filter: Option<Filter>) -> Result<Selection, String> {
    let everything = Selection::Range(0, settings.accounts.len());
    let Some(filter) = filter else {
        return Ok(everything);
    };
    let (switch, attribute) = match filter {
        Filter::Id(_) => (settings.id_filter, "id"),
        Filter::UserName(_) => (settings.user_name_filter, "userName"),
    };
    match switch {
        Filtering::Served => Ok(Selection::These(match filter {
            Filter::Id(id) => settings.accounts.with_id(&id).into_iter().collect(),
            Filter::UserName(name) => settings
                .accounts
                .with_user_name(&name, settings.filter_any_case),
        })),
        Filtering::Refused => Err(format!(
            "Unsupported attribute in filter expression: {attribute:?}"
        )),
        Filtering::Ignored => Ok(everything),
        Filtering::Blind => Ok(Selection::These(Vec::new())),
    }
}

/// Which accounts are on the list, by position.
#[derive(Clone)]
enum Selection {
    Range(u64, u64),
    These(Vec<u64>),
}

impl Selection {
    fn len(&self) -> u64 {
        match self {
            Selection::Range(from, to) => to - from,
            Selection::These(positions) => positions.len() as u64,
        }
    }

    fn at(&self, index: u64) -> u64 {
        match self {
            Selection::Range(from, _) => from + index,
            Selection::These(positions) => positions[index as usize],
        }
    }

    fn part(self, skip: u64, count: u64) -> Selection {
        let from = skip.min(self.len());
        let to = from.saturating_add(count).min(self.len());
        match self {
            Selection::Range(first, _) => Selection::Range(first + from, first + to),
            Selection::These(positions) => {
                Selection::These(positions[from as usize..to as usize].into())
            }
        }
    }
}

const HERE: &str = "<<accounts>>";

/// The list response around its accounts, which stand at [`HERE`].
fn document(settings: &Settings, total: u64, start: Option<u64>, items: u64) -> Value {
    let total = match settings.total {
        Total::Exact => Some(total.into()),
        Total::Off(by) => Some(total.saturating_add_signed(by).into()),
        Total::Text => Some(total.to_string().into()),
        Total::Null => Some(Value::Null),
        Total::Absent => None,
    };
    let resources = match settings.empty_list {
        _ if items > 0 => Some(json!([HERE])),
        EmptyList::Array => Some(json!([])),
        EmptyList::Null => Some(Value::Null),
        EmptyList::Absent => None,
    };
    let mut counts = Map::new();
    counts.extend(total.map(|total| ("totalResults".to_owned(), total)));
    if let Some(start) = start {
        counts.insert("itemsPerPage".into(), items.into());
        counts.insert("startIndex".into(), start.into());
    }
    let resources = resources.map(|resources| ("Resources".to_owned(), resources));
    let mut document = Map::new();
    document.insert("schemas".into(), json!([LIST_RESPONSE]));
    match settings.total_position {
        TotalPosition::Before => {
            document.extend(counts);
            document.extend(resources);
        }
        TotalPosition::After => {
            document.extend(resources);
            document.extend(counts);
        }
    }
    document.into()
}

fn stream(settings: &Settings, document: Value, selection: Selection) -> Maker {
    let layout = settings.layout;
    let text = layout.render(&document);
    let (before, after) = text
        .split_once(&format!("\"{HERE}\""))
        .unwrap_or((&text, ""));
    let writer = Writer {
        accounts: settings.accounts.clone(),
        template: Rc::new(Template::new(layout)),
        layout,
        selection,
        stage: Stage::Before,
        before: before.as_bytes().into(),
        after: after.as_bytes().into(),
    };
    Rc::new(move || Box::new(writer.clone()))
}

#[derive(Clone)]
struct Writer {
    accounts: Accounts,
    template: Rc<Template>,
    layout: Layout,
    selection: Selection,
    stage: Stage,
    before: Rc<[u8]>,
    after: Rc<[u8]>,
}

#[derive(Clone, Copy)]
enum Stage {
    Before,
    Item(u64),
    Done,
}

impl Source for Writer {
    fn fill(&mut self, out: &mut Vec<u8>) -> bool {
        self.stage = match self.stage {
            Stage::Before => {
                out.extend_from_slice(&self.before);
                Stage::Item(0)
            }
            Stage::Item(index) if index < self.selection.len() => {
                if index > 0 {
                    out.extend_from_slice(self.layout.separator());
                }
                let position = self.selection.at(index);
                match self.accounts.stored(position) {
                    Some(account) => {
                        out.extend_from_slice(account.render_item(self.layout).as_bytes());
                    }
                    None => self.template.write(position, out),
                }
                Stage::Item(index + 1)
            }
            Stage::Item(_) => {
                out.extend_from_slice(&self.after);
                Stage::Done
            }
            Stage::Done => return false,
        };
        true
    }
}
