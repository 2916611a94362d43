//! A page of the account list, record by record: one answer of the service, which may be the
//! whole list or a part of it.

use crate::{
    client::Client,
    contract::identity::connector::types::Error,
    list::{Envelope, ListReader, NotAList, Record},
    scim::User,
    secrets::Secrets,
    transport::{Body, Transport},
};

/// Records, while they arrive.
pub struct Page<B> {
    body: B,
    reader: ListReader<User>,
    /// Where in the whole list the page begins, from 0.
    offset: u64,
    /// How many records have been read.
    read: u64,
    secrets: Secrets,
}

impl<B: Body> Page<B> {
    /// Asks for the page at `cursor`: `<startIndex>,<count>`, or nothing for the first.
    ///
    /// The first request says nothing of pages, as Valimail's API does not document any.
    ///
    /// # Errors
    ///
    /// As [`Client::users`], and `invalid-argument` for a cursor that is none.
    pub async fn open<T: Transport<Body = B>>(
        client: &mut Client<T>,
        cursor: Option<&str>,
    ) -> Result<Self, Error> {
        let (offset, query) = match cursor {
            None => (0, String::new()),
            Some(cursor) => {
                let parts = cursor.split_once(',').and_then(|(start, count)| {
                    Some((
                        start.parse::<u64>().ok()?.checked_sub(1)?,
                        count.parse::<u64>().ok()?,
                    ))
                });
                let (offset, count) = parts
                    .ok_or_else(|| Error::InvalidArgument(format!("no such cursor: {cursor:?}")))?;
                (offset, format!("startIndex={}&count={count}", offset + 1))
            }
        };
        let body = client.users(&query).await?.into_body();
        Ok(Self::new(body, offset, client.secrets()))
    }

    /// Asks for the accounts that `filter` lets through; `None` when the service does not take
    /// it. It may also ignore it, and send any accounts.
    ///
    /// # Errors
    ///
    /// As [`Client::users`].
    pub async fn filtered<T: Transport<Body = B>>(
        client: &mut Client<T>,
        filter: &str,
    ) -> Result<Option<Self>, Error> {
        let response = client.users_where(filter).await?;
        Ok(response.map(|response| Self::new(response.into_body(), 0, client.secrets())))
    }

    fn new(body: B, offset: u64, secrets: Secrets) -> Self {
        Self {
            body,
            reader: ListReader::default(),
            offset,
            read: 0,
            secrets,
        }
    }

    /// The next records, some at a time, or `None` when the page is read. Of what is unusable,
    /// the secrets are blanked out.
    ///
    /// # Errors
    ///
    /// When the answer breaks off, or is no list.
    pub async fn next(&mut self) -> Result<Option<Vec<Record<User>>>, Error> {
        let chunk = self.body.chunk().await.map_err(|failure| {
            Error::Unavailable(format!(
                "the account list broke off after {} accounts: {}",
                self.read, failure.message
            ))
        })?;
        let Some(chunk) = chunk else { return Ok(None) };
        let mut records = Vec::new();
        self.reader
            .push(&chunk, &mut records)
            .map_err(|problem| not_a_list(self.read, &problem, &self.secrets))?;
        self.read += records.len() as u64;
        for record in &mut records {
            if let Record::Unusable { id, reason } = record {
                *id = id.as_deref().map(|id| self.secrets.blank(id));
                *reason = self.secrets.blank(reason);
            }
        }
        Ok(Some(records))
    }

    /// A text of the service, without secrets.
    pub fn blank(&self, text: &str) -> String {
        self.secrets.blank(text)
    }

    /// The place in the whole list of the record that comes next.
    pub fn position(&self) -> u64 {
        self.offset + self.read
    }

    /// Ends the page: the cursor of the next one, if there is one.
    ///
    /// # Errors
    ///
    /// When the page is not what was asked for, or not all that the service says there is.
    pub fn end(self) -> Result<Option<String>, Error> {
        let (offset, read, end) = (self.offset, self.read, self.position());
        let envelope = self.envelope()?;
        if let Some(start) = envelope.start_index
            && start.max(1) != offset + 1
            && read > 0
        {
            return Err(Error::Internal(format!(
                "asked for accounts from {} on, the service answered with those from {start} on",
                offset + 1
            )));
        }
        let paged = envelope.items_per_page.is_some() || envelope.start_index.is_some();
        match envelope.total_results {
            None => {
                eprintln!("the account list has no totalResults: cannot check that it is whole");
                Ok(None)
            }
            Some(total) if total == end => Ok(None),
            Some(total) if paged && end < total && read > 0 => {
                Ok(Some(format!("{},{read}", end + 1)))
            }
            Some(total) => Err(Error::Unavailable(format!(
                "the service says that there are {total} accounts, but sent {end}; a part of the list would look like deleted accounts"
            ))),
        }
    }

    /// Ends a page that is not followed by another: whether it is all that there is.
    ///
    /// # Errors
    ///
    /// When it is no list, or not to its end.
    pub fn is_whole(self) -> Result<bool, Error> {
        let read = self.read;
        let total = self.envelope()?.total_results;
        Ok(total.is_none_or(|total| total == read))
    }

    fn envelope(self) -> Result<Envelope, Error> {
        let Self {
            reader,
            read,
            secrets,
            ..
        } = self;
        let envelope = reader.finish();
        let envelope = envelope.map_err(|problem| not_a_list(read, &problem, &secrets))?;
        if !envelope.has_resources && envelope.total_results.is_none() {
            let problem = NotAList::OtherShape("it has neither Resources nor totalResults".into());
            return Err(not_a_list(read, &problem, &secrets));
        }
        Ok(envelope)
    }
}

/// Goes through the whole list, fresh, until `pick` takes something out of it. `None` says that
/// it is nowhere in the list, which has been read to its end.
///
/// # Errors
///
/// When the list cannot be read, or is not whole.
pub async fn search<T: Transport, R>(
    client: &mut Client<T>,
    mut pick: impl FnMut(Record<User>) -> Option<R>,
) -> Result<Option<R>, Error> {
    let mut cursor = None;
    loop {
        let mut page = Page::open(client, cursor.as_deref()).await?;
        while let Some(records) = page.next().await? {
            if let Some(picked) = records.into_iter().find_map(&mut pick) {
                return Ok(Some(picked));
            }
        }
        cursor = page.end()?;
        if cursor.is_none() {
            return Ok(None);
        }
    }
}

fn not_a_list(read: u64, problem: &NotAList, secrets: &Secrets) -> Error {
    let problem = match problem {
        NotAList::NotJson(beginning) => &NotAList::NotJson(secrets.blank(beginning)),
        problem => problem,
    };
    let message = format!("the account list is {problem} (after {read} accounts)");
    match problem {
        // What breaks off may arrive whole the next time.
        NotAList::Truncated(_) => Error::Unavailable(message),
        _ => Error::Internal(format!("{message}; check base-url")),
    }
}
