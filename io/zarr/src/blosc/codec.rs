//! The codec as the Zarr library knows it.

use std::sync::Arc;

use zarrs::array::codec::api::{
    BytesToBytesCodecTraits, Codec, CodecMetadataOptions, CodecOptions, CodecPluginV2, CodecPluginV3,
    CodecTraits, CodecTraitsV2, CodecTraitsV3, PartialDecoderCapability, PartialEncoderCapability,
    RecommendedConcurrency,
};
use zarrs::array::{ArrayBytesRaw, BytesRepresentation, CodecError};
use zarrs::metadata::Configuration;
use zarrs::metadata::v2::MetadataV2;
use zarrs::metadata::v3::MetadataV3;
use zarrs::plugin::{PluginCreateError, ZarrVersion};

use super::frame;

/// A frame says itself how it is to be read; the metadata is only kept.
#[derive(Clone, Debug)]
struct BloscCodec {
    configuration: Configuration,
}

zarrs::plugin::impl_extension_aliases!(BloscCodec, v3: "blosc", v2: "blosc");

inventory::submit! {
    CodecPluginV3::new::<BloscCodec>()
}

inventory::submit! {
    CodecPluginV2::new::<BloscCodec>()
}

impl BloscCodec {
    fn create(configuration: Configuration) -> Codec {
        Codec::BytesToBytes(Arc::new(Self { configuration }))
    }
}

impl CodecTraitsV3 for BloscCodec {
    fn create(metadata: &MetadataV3) -> Result<Codec, PluginCreateError> {
        Ok(Self::create(metadata.configuration().cloned().unwrap_or_default()))
    }
}

impl CodecTraitsV2 for BloscCodec {
    fn create(metadata: &MetadataV2) -> Result<Codec, PluginCreateError> {
        Ok(Self::create(metadata.configuration().clone()))
    }
}

impl CodecTraits for BloscCodec {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn configuration(&self, _: ZarrVersion, _: &CodecMetadataOptions) -> Option<Configuration> {
        Some(self.configuration.clone())
    }

    fn partial_decoder_capability(&self) -> PartialDecoderCapability {
        PartialDecoderCapability { partial_read: false, partial_decode: false }
    }

    fn partial_encoder_capability(&self) -> PartialEncoderCapability {
        PartialEncoderCapability { partial_encode: false }
    }
}

impl BytesToBytesCodecTraits for BloscCodec {
    fn into_dyn(self: Arc<Self>) -> Arc<dyn BytesToBytesCodecTraits> {
        self
    }

    fn recommended_concurrency(&self, _: &BytesRepresentation) -> Result<RecommendedConcurrency, CodecError> {
        Ok(RecommendedConcurrency::new_maximum(1))
    }

    fn encoded_representation(&self, decoded: &BytesRepresentation) -> BytesRepresentation {
        let room = |n: u64| BytesRepresentation::BoundedSize(n.saturating_add(frame::HEADER as u64));
        decoded.size().map_or(BytesRepresentation::UnboundedSize, room)
    }

    fn encode<'a>(&self, _: ArrayBytesRaw<'a>, _: &CodecOptions) -> Result<ArrayBytesRaw<'a>, CodecError> {
        Err(CodecError::from("blosc frames are read but not written: choose zstd or gzip"))
    }

    fn decode<'a>(
        &self,
        encoded: ArrayBytesRaw<'a>,
        decoded: &BytesRepresentation,
        _: &CodecOptions,
    ) -> Result<ArrayBytesRaw<'a>, CodecError> {
        let most = decoded.size().map_or(usize::MAX, |n| usize::try_from(n).unwrap_or(usize::MAX));
        frame::decode(&encoded, most).map(Into::into).map_err(CodecError::from)
    }
}
