namespace TrackHub.Platform.Replaying;

/// <summary>One partition's part of a replay.</summary>
/// <param name="Partition">Partition.</param>
/// <param name="First">First offset.</param>
/// <param name="End">Offset behind the last.</param>
/// <param name="Next">Offset that is read next.</param>
public readonly record struct ReplayPart(int Partition, long First, long End, long Next);

/// <summary>A replay as operators see it.</summary>
public sealed record ReplayView
{
    /// <summary>Its id; copies carry it in header <c>replay-id</c>.</summary>
    public required Guid Id { get; init; }

    /// <summary>Topic that is read again.</summary>
    public required string Topic { get; init; }

    /// <summary>Only this brand's records; null: every one's.</summary>
    public required string? BrandId { get; init; }

    /// <summary>Who started it.</summary>
    public required string Actor { get; init; }

    /// <summary>Records a second to read at most.</summary>
    public required int Rate { get; init; }

    /// <summary>running, done or cancelled.</summary>
    public required string State { get; init; }

    /// <summary>The range and how far it has come.</summary>
    public required IReadOnlyList<ReplayPart> Parts { get; init; }

    /// <summary>Records by <see cref="ReplayVerdict"/>; what did not occur is missing. Other brands' records are in none.</summary>
    public required IReadOnlyDictionary<string, long> Counts { get; init; }

    /// <summary>When it was started.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Its last checkpoint.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When it ended; null while it runs.</summary>
    public required DateTimeOffset? EndedAt { get; init; }

    /// <summary>Records in its range, other brands' too.</summary>
    public long Records => Parts.Sum(static part => part.End - part.First);

    /// <summary>Of them, those behind the checkpoint.</summary>
    public long Read => Parts.Sum(static part => part.Next - part.First);
}

/// <summary>What to replay.</summary>
/// <param name="Topic">One of <see cref="ReplayDesk.Replayable"/>.</param>
/// <param name="From">First record.</param>
/// <param name="To">Last record, inclusive; null: the present end.</param>
/// <param name="BrandId">Only this brand's; null: every one's.</param>
public sealed record ReplayWish(string Topic, Streams.LogPlace From, Streams.LogPlace? To, string? BrandId);

/// <summary>A replay cannot be started or cancelled as it stands. The message says why.</summary>
/// <param name="code"><c>replay_in_progress</c> (of HTTP: 409) or <c>not_possible</c>.</param>
/// <param name="message">For people.</param>
public sealed class ReplayException(string code, string message) : Exception(message)
{
    /// <summary>Another replay of the same range is at work.</summary>
    public const string InProgress = "replay_in_progress";

    /// <summary>There is nothing to do.</summary>
    public const string NotPossible = "not_possible";

    /// <summary>Which of the two.</summary>
    public string Code { get; } = code;
}
