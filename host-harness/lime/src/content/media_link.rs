//! Pictures, recordings, films, files.

use serde_json::Number;

use crate::object::object;

object! {
    /// Where something to see or hear is.
    pub struct MediaLink {
        /// Its name.
        "title" title: String,
        /// The words that go with it.
        "text" text: String,
        /// Its media type: `image/jpeg`.
        "type" media_type: String,
        /// Where it is.
        "uri" uri: String,
        /// Its shape: `1:1`.
        "aspectRatio" aspect_ratio: String,
        /// Its size in bytes.
        "size" size: Number,
        /// Where a small picture of it is.
        "previewUri" preview_uri: String,
        /// The media type of that one.
        "previewType" preview_type: String,
    }
}

impl MediaLink {
    /// A picture, with words that go with it.
    ///
    /// Channels choose by the media type how something is shown. It is read from the end of the
    /// address; where that says nothing, `image/jpeg` is the one that every channel shows.
    #[must_use]
    pub fn picture(url: &str, alternative: &str, text: &str) -> Self {
        let path = url.split(['?', '#']).next().unwrap_or_default().to_lowercase();
        let media_type = match path.rsplit_once('.').map(|(_, ending)| ending) {
            Some("png") => "image/png",
            Some("gif") => "image/gif",
            Some("webp") => "image/webp",
            _ => "image/jpeg",
        };
        let some = |text: &str| (!text.is_empty()).then(|| text.into());
        Self {
            title: some(alternative),
            text: some(text),
            media_type: Some(media_type.into()),
            uri: Some(url.into()),
            ..Self::default()
        }
    }

    /// Whether it is a sticker. LIME has no document for them: they are pictures, of the type
    /// `sticker/webp` where the channel's gateway tells them apart.
    #[must_use]
    pub fn is_sticker(&self) -> bool {
        self.media_type.as_ref().is_some_and(|kind| kind.to_lowercase().starts_with("sticker/"))
    }
}
