namespace TrackHub.Ingest.Answering;

/// <summary>Why a request goes no further.</summary>
/// <param name="Reason">One word, a metric tag.</param>
/// <param name="Answer">What its sender is told.</param>
internal sealed record Refusal(string Reason, Problem Answer);
