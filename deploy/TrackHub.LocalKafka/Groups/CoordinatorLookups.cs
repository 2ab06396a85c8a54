namespace TrackHub.LocalKafka.Groups;

/// <summary>
/// What one connection asks of coordinators. A librdkafka set to <c>group.protocol=consumer</c> (KIP-848) that finds those groups not advertised tells
/// nobody: twice a second it looks for its group's coordinator again. That is the one sign of it, and an answer the one way to its user.
/// </summary>
/// <remarks>Not thread-safe: a connection's requests are answered one by one.</remarks>
internal sealed class CoordinatorLookups
{
    /// <summary>So many lookups of one group…</summary>
    public const int Limit = 10;

    /// <summary>…in this time are a client that does not get on. One that joins, reads positions or commits asks once.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    private string _group = "";
    private int _count;
    private long _since;

    /// <summary>Whether the client was told before.</summary>
    public bool HasBeenTold { get; set; }

    /// <summary>Counts a lookup.</summary>
    /// <returns>Whether it is the last of too many; counting begins anew then.</returns>
    public bool IsOneTooMany(string group, TimeProvider clock)
    {
        if (group != _group || clock.GetElapsedTime(_since) > Period)
            (_group, _count, _since) = (group, 0, clock.GetTimestamp());
        if (++_count < Limit)
            return false;

        _count = 0;
        return true;
    }
}
