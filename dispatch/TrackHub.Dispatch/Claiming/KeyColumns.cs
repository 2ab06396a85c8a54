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
        void Add(Converter<EventKey, string> column) =>
            parameters.Add(new() { Value = list.ConvertAll(column).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });

        Add(static key => key.BrandId);
        Add(static key => key.PixelId);
        Add(static key => key.EventName);
        Add(static key => key.EventId);
    }
}
