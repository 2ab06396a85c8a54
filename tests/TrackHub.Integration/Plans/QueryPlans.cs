using System.Text.Json;
using TrackHub.Integration.Tenants;

namespace TrackHub.Integration.Plans;

/// <summary>How statements found their rows.</summary>
/// <param name="Indexes">Indexes that were used, by the name of the table's own.</param>
/// <param name="IndexOnly">Those whose table was not looked at.</param>
/// <param name="Scanned">Partitions and tables that were read, by name.</param>
/// <param name="Sequential">Those that were read from end to end and are not small.</param>
/// <param name="Text">The plans, for messages.</param>
internal sealed record QueryPlans(
    IReadOnlySet<string> Indexes, IReadOnlySet<string> IndexOnly, IReadOnlySet<string> Scanned, IReadOnlyList<string> Sequential, string Text)
{
    private const int SmallTable = 5_000;

    public static async Task<QueryPlans> ReadAsync(IReadOnlyList<string> plans, TenantDatabase database)
    {
        // Of partitions, the index of the table itself.
        var parents = (await database.RowsAsync("select i.inhrelid::regclass || ' ' || i.inhparent::regclass from pg_inherits i join pg_class c on c.oid = i.inhrelid where c.relkind in ('i', 'I')"))
            .Select(static row => row.Split(' ')).ToDictionary(static pair => pair[0], static pair => pair[1], StringComparer.Ordinal);
        var rows = (await database.RowsAsync("select relname || ' ' || greatest(reltuples, 0)::bigint from pg_class where relkind = 'r'"))
            .Select(static row => row.Split(' ')).ToDictionary(static pair => pair[0], static pair => long.Parse(pair[1], null), StringComparer.Ordinal);
        var (indexes, only, scanned, sequential) = (new HashSet<string>(), new HashSet<string>(), new HashSet<string>(), new List<string>());
        // The driver asks for the types once for each new connection.
        foreach (var plan in plans.Where(static plan => !plan.Contains("pg_type", StringComparison.Ordinal)))
        {
            using var json = JsonDocument.Parse(plan);
            Walk(json.RootElement);
        }

        return new(indexes, only, scanned, sequential, string.Join('\n', plans));

        void Walk(JsonElement element)
        {
            if (element.ValueKind is JsonValueKind.Array)
            {
                foreach (var item in element.EnumerateArray()) Walk(item);
                return;
            }

            if (element.ValueKind is not JsonValueKind.Object) return;
            if (element.TryGetProperty("Node Type", out var type)) Take(element, type.GetString()!);
            foreach (var member in element.EnumerateObject()) Walk(member.Value);
        }

        void Take(JsonElement node, string type)
        {
            if (node.TryGetProperty("Actual Loops", out var loops) && loops.GetDouble() == 0) return;   // pruned when it ran
            if (node.TryGetProperty("Relation Name", out var relation) && type != "ModifyTable")
            {
                scanned.Add(relation.GetString()!);
                if (type == "Seq Scan" && rows.GetValueOrDefault(relation.GetString()!) > SmallTable) sequential.Add(relation.GetString()!);
            }

            if (node.TryGetProperty("Index Name", out var index) && index.GetString() is { } name)
            {
                var own = parents.GetValueOrDefault(name, name);
                indexes.Add(own);
                if (type == "Index Only Scan") only.Add(own);
            }

            if (node.TryGetProperty("Conflict Arbiter Indexes", out var arbiters))
            {
                foreach (var arbiter in arbiters.EnumerateArray()) indexes.Add(parents.GetValueOrDefault(arbiter.GetString()!, arbiter.GetString()!));
            }
        }
    }

    /// <summary>Why it is not these indexes, and no others, that found the rows, with nothing big read from end to end; null if it is.</summary>
    /// <param name="expected">Index; <c>a|b</c> where two find the same few rows and either will do; <c>a?</c> where a small table may be read as well.</param>
    public string? FaultOf(params string[] expected)
    {
        var others = Indexes.Except(expected.SelectMany(static e => e.TrimEnd('?').Split('|'))).ToList();
        var unused = expected.Where(e => !e.EndsWith('?') && !e.Split('|').Any(Indexes.Contains)).ToList();
        return (Sequential, others, unused) switch
        {
            ({ Count: > 0 }, _, _) => $"read from end to end: {string.Join(", ", Sequential)}",
            (_, { Count: > 0 }, _) => $"used as well: {string.Join(", ", others)}",
            (_, _, { Count: > 0 }) => $"not used: {string.Join(", ", unused)}",
            _ => null,
        };
    }
}
