using Npgsql;
using NpgsqlTypes;

namespace TrackHub.Dispatch.Claiming;

/// <summary>Registry keys as four array parameters.</summary>
internal static class KeyColumns
{
    /// <summary>Adds brand, pixel, event name and event id, in this order.</summary>
    public static void AddKeys(this NpgsqlBatchCommand command, IEnumerable<EventKey> keys) => command.Parameters.AddKeys(keys);

    /// <inheritdoc cref="AddKeys(NpgsqlBatchCommand, IEnumerable{EventKey})"/>
    public static void AddKeys(this NpgsqlParameterCollection parameters, IEnumerable<EventKey> keys)
    {
        var list = keys.ToList();
        foreach (var column in (ReadOnlySpan<Func<EventKey, string>>)[static k => k.BrandId, static k => k.PixelId, static k => k.EventName, static k => k.EventId])
            parameters.Add(new() { Value = list.ConvertAll(k => column(k)).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
    }
}
