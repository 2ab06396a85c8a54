using System.Globalization;
using StackExchange.Redis;

namespace TrackHub.Matching.Windows;

/// <summary>How far the windows hold a partition of <c>track-events</c>.</summary>
/// <param name="NextOffset">Everything below is applied.</param>
/// <param name="AppendTimeMs">Append time of the newest applied record, Unix milliseconds; 0 if there was none.</param>
internal readonly record struct AppliedPosition(long NextOffset, long AppendTimeMs);

/// <summary>Records of a partition that were applied.</summary>
/// <param name="FirstOffset">The first.</param>
/// <param name="Reached">How far the windows hold the partition with them.</param>
internal readonly record struct AppliedRange(long FirstOffset, AppliedPosition Reached);

/// <summary>Applied positions, kept beside the windows so that they live and die together.</summary>
internal sealed class AppliedPositions(RedisConnection redis)
{
    private static readonly string Advance = WindowStore.LuaScript("PositionsAdvance.lua");

    /// <summary>Moves positions forward; one that lies behind the known one is ignored.</summary>
    /// <param name="applied">What was applied, by partition.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>
    /// False where a position would leap over records that were not applied here, and so stays: the group's offset was moved, or an instance that writes
    /// windows of another layout read them.
    /// </returns>
    public async Task<bool> AdvanceAsync(IReadOnlyDictionary<int, AppliedRange> applied, CancellationToken cancellationToken)
    {
        if (applied.Count == 0)
            return true;
        RedisValue[] arguments = [.. applied.SelectMany(static a => new RedisValue[] { a.Key, a.Value.FirstOffset, a.Value.Reached.NextOffset, a.Value.Reached.AppendTimeMs })];
        return (long)await redis.RunAsync(db => db.ScriptEvaluateAsync(Advance, [WindowKeys.Positions], arguments), cancellationToken) == 0;
    }

    /// <summary>Every known position by partition.</summary>
    public async Task<IReadOnlyDictionary<int, AppliedPosition>> ReadAsync(CancellationToken cancellationToken)
    {
        var fields = await redis.RunAsync(static db => db.HashGetAllAsync(WindowKeys.Positions), cancellationToken);
        var positions = new Dictionary<int, AppliedPosition>(fields.Length);
        foreach (var field in fields)
        {
            var parts = ((string)field.Value!).Split(' ');
            positions[int.Parse((string)field.Name!, CultureInfo.InvariantCulture)] =
                new(long.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[1], CultureInfo.InvariantCulture));
        }

        return positions;
    }
}
