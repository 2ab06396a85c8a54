namespace TrackHub.Ledger.Rebuilding;

/// <summary>What a rebuild of the ledger is about to do, or did.</summary>
/// <param name="From">Rows of what happened from then on are made again; older ones stay as they are.</param>
/// <param name="Because">What keeps it from going back further.</param>
/// <param name="Topics">What is read again.</param>
/// <param name="Tables">What is deleted.</param>
public sealed record RebuildPlan(DateTimeOffset From, string Because, IReadOnlyList<RebuiltTopic> Topics, IReadOnlyList<RebuiltTable> Tables);

/// <summary>A topic that is read again.</summary>
/// <param name="Topic">Topic.</param>
/// <param name="CompleteFrom">From when on it holds every record; null where it holds all there ever were.</param>
/// <param name="Records">Records read again.</param>
public sealed record RebuiltTopic(string Topic, DateTimeOffset? CompleteFrom, long Records);

/// <summary>A table that is made again.</summary>
/// <param name="Table">Table.</param>
/// <param name="Rebuilt">Rows of what happened from the rebuild's beginning on.</param>
/// <param name="Kept">Older rows, and those of brands that were removed.</param>
public sealed record RebuiltTable(string Table, long Rebuilt, long Kept);

/// <summary>A rebuild under way.</summary>
/// <param name="From">Rows of what happened from then on are made again.</param>
/// <param name="Left">Records still to be read again.</param>
public sealed record RebuildProgress(DateTimeOffset From, long Left);
