namespace TrackHub.Platform.Graph;

/// <summary>How much of Meta's limits is in use, as the headers of an answer say.</summary>
/// <param name="Percent">The largest share of any limit, in percent of its window; 0 where not told.</param>
/// <param name="Pause">How long to wait: told, or a minute where a limit is used up and nobody says; null where calls may go on.</param>
public readonly record struct MetaUsage(int Percent, TimeSpan? Pause);
