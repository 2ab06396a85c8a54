namespace TrackHub.Ingest.Webhooks;

/// <summary>What the check of a delivery came to.</summary>
/// <param name="Step">Place or step that matched, a metric tag; null if none did.</param>
/// <param name="OutOfWindow">The signature is right, but it was made too long ago, or ahead of time.</param>
internal readonly record struct Proof(string? Step, bool OutOfWindow = false)
{
    /// <summary>Nothing matched.</summary>
    public static readonly Proof None;

    /// <summary>Signed by a secret of the connection, outside the time the scheme allows.</summary>
    public static readonly Proof Stale = new(null, OutOfWindow: true);

    /// <summary>Whether the delivery is authentic.</summary>
    public bool Holds => Step is not null;
}
