//! Images, recordings, videos, files.

use serde_json::Number;

use crate::object::object;

object! {
    /// A link to a media file.
    pub struct MediaLink {
        /// Its name.
        "title" title: String,
        /// The text that goes with it.
        "text" text: String,
        /// Its media type: `image/jpeg`.
        "type" media_type: String,
        /// Its address.
        "uri" uri: String,
        /// Its aspect ratio: `1:1`.
        "aspectRatio" aspect_ratio: String,
        /// Its size in bytes.
        "size" size: Number,
        /// The address of a preview.
        "previewUri" preview_uri: String,
        /// The media type of the preview.
        "previewType" preview_type: String,
    }
}

impl MediaLink {
    /// An image with a text.
    ///
    /// Channels decide by the media type how a file is shown. It is derived from the end of the
    /// address; if that is not possible, it is `image/jpeg`, which every channel shows.
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

    /// Whether it is a sticker. LIME has no document for stickers: they are images, of the type
    /// `sticker/webp` if the channel's gateway distinguishes them.
    #[must_use]
    pub fn is_sticker(&self) -> bool {
        self.media_type.as_ref().is_some_and(|kind| kind.to_lowercase().starts_with("sticker/"))
    }
}
