using Npgsql;

namespace TrackHub.Platform.Rows;

/// <summary>Inserts rows of one table in one statement by <c>unnest</c>; rows already there by content stay as they are.</summary>
/// <typeparam name="TRow">What a row is made from.</typeparam>
/// <remarks>Thread-safe once every column is added.</remarks>
/// <param name="table">Table name, with an alias where the text after <c>on conflict</c> needs one.</param>
/// <param name="onConflict">Text after <c>on conflict</c>.</param>
public sealed class TableWriter<TRow>(string table, string onConflict = "do nothing")
{
    private readonly List<Column> _columns = [];
    private string? _sql;

    /// <summary>Adds a column.</summary>
    /// <param name="name">Column name, as SQL writes it.</param>
    /// <param name="type">PostgreSQL type of one value in the parameter's array.</param>
    /// <param name="value">Takes the value from a row.</param>
    /// <param name="expression">SQL over <c>r.{name}</c> where the stored value is not the parameter itself.</param>
    public TableWriter<TRow> With<T>(string name, string type, Func<TRow, T> value, string? expression = null)
    {
        _columns.Add(new Column(name, type, expression ?? "r." + name, rows => ToArray(rows, value)));
        return this;
    }

    /// <summary>Adds an insert of these rows to the batch; nothing when there are none.</summary>
    public void AddTo(NpgsqlBatch batch, IReadOnlyList<TRow> rows)
    {
        if (rows.Count == 0) return;

        var command = new NpgsqlBatchCommand(_sql ??= Sql());
        foreach (var column in _columns) command.Parameters.Add(new NpgsqlParameter { Value = column.Values(rows) });
        batch.BatchCommands.Add(command);
    }

    private string Sql() =>
        $"insert into {table} ({Join(static c => c.Name)}) select {Join(static c => c.Expression)} " +
        $"from unnest({string.Join(", ", _columns.Select((c, i) => $"${i + 1}::{c.Type}[]"))}) as r({Join(static c => c.Name)}) " +
        $"on conflict {onConflict}";

    private string Join(Func<Column, string> part) => string.Join(", ", _columns.Select(part));

    private static T[] ToArray<T>(IReadOnlyList<TRow> rows, Func<TRow, T> value)
    {
        var values = new T[rows.Count];
        for (var i = 0; i < values.Length; i++) values[i] = value(rows[i]);
        return values;
    }

    private sealed record Column(string Name, string Type, string Expression, Func<IReadOnlyList<TRow>, object> Values);
}
