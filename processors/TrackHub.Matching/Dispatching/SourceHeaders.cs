using TrackHub.Platform.Streams;

namespace TrackHub.Matching.Dispatching;

/// <summary>Headers of what a record gives rise to.</summary>
internal static class SourceHeaders
{
    /// <summary>Brand, and the source's trace, so that one sale is one trace from webhook to Meta.</summary>
    public static RecordHeaders Of(StreamRecord source, string brandId) => new RecordHeaders().Brand(brandId).Follow(source);
}
