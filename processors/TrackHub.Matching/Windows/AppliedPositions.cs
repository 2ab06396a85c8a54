using System.Globalization;
using StackExchange.Redis;

namespace TrackHub.Matching.Windows;

/// <summary>How far the windows hold a partition of <c>track-events</c>.</summary>
/// <param name="NextOffset">Everything below is applied.</param>
/// <param name="AppendTimeMs">Append time of the newest applied record, Unix milliseconds; 0 if there was none.</param>
internal readonly record struct AppliedPosition(long NextOffset, long AppendTimeMs);

/// <summary>Applied positions, kept beside the windows so that they live and die together.</summary>
internal sealed class AppliedPositions(RedisConnection redis)
{
    private static readonly string Advance = WindowStore.LuaScript("PositionsAdvance.lua");

    /// <summary>Moves positions forward; one that lies behind the known one is ignored.</summary>
    public async Task AdvanceAsync(IReadOnlyDictionary<int, AppliedPosition> positions, CancellationToken cancellationToken)
    {
        if (positions.Count == 0)
            return;
        RedisValue[] arguments = [.. positions.SelectMany(static p => new RedisValue[] { p.Key, p.Value.NextOffset, p.Value.AppendTimeMs })];
        await redis.RunAsync(db => db.ScriptEvaluateAsync(Advance, [WindowKeys.Positions], arguments), cancellationToken);
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
