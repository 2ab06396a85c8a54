namespace TrackHub.Schemas;

/// <summary>
/// Plans how values of a writer's schema become values of a reader's. Source: Avro 1.12 specification, "Schema Resolution" and "Aliases".
/// </summary>
/// <remarks>
/// Where the specification leaves a choice: among the branches of a reader's union the one of the very same type is taken before the first
/// that matches, because "the first" alone would read <c>b.R</c> as <c>a.R</c>; and two known logical types that differ do not match, because
/// microseconds read as milliseconds are a wrong time that nobody notices.
/// </remarks>
internal sealed class SchemaResolver
{
    /// <summary>Most steps of a plan, an enum's symbols and a record's fields counted; a whole TrackedEvent needs about 300.</summary>
    public const int MaxSteps = 20_000;

    private readonly List<string> _gaps = [];
    private int _steps;

    /// <summary>The plan, a <see cref="RefuseStep"/> if there is none, and the values it cannot turn.</summary>
    public static Step Plan(AvroSchema writer, AvroSchema reader, out IReadOnlyList<string> gaps)
    {
        var resolver = new SchemaResolver();
        var step = resolver.Plan(writer, reader, path: "", depth: 0);
        gaps = resolver._gaps;
        return resolver._steps > MaxSteps ? new RefuseStep($"the two schemas need more than {MaxSteps} steps") : step;
    }

    private Step Plan(AvroSchema writer, AvroSchema reader, string path, int depth)
    {
        _steps++;
        if (_steps > MaxSteps || depth > AvroSchema.MaxDepth)
            return Refuse(path, "the schemas are too large or nest too deeply");
        if (writer is UnionSchema branches)
            return FromUnion(branches, reader, path, depth);
        if (reader is UnionSchema choices)
            return IntoUnion(writer, choices, path, depth);
        if (!Matches(writer, reader))
            return Refuse(path, $"written as {Describe(writer)}, read as {Describe(reader)}");

        return (writer, reader) switch
        {
            (PrimitiveSchema w, PrimitiveSchema r) => EncodesAlike(w.Kind, r.Kind) ? new CopyStep(w) : new WidenStep(w.Kind, r.Kind),
            (EnumSchema w, EnumSchema r) => Symbols(w, r, path),
            (ArraySchema w, ArraySchema r) => Whole(w, Plan(w.Items, r.Items, path + "[]", depth + 1), static item => new ArrayStep(item)),
            (MapSchema w, MapSchema r) => Whole(w, Plan(w.Values, r.Values, path + "{}", depth + 1), static value => new MapStep(value)),
            (RecordSchema w, RecordSchema r) => Record(w, r, path, depth),
            _ => new CopyStep(writer),   // fixed
        };
    }

    private static Step Whole(AvroSchema writer, Step part, Func<Step, Step> around) => part switch
    {
        RefuseStep => part,
        CopyStep => new CopyStep(writer),
        _ => around(part),
    };

    private Step FromUnion(UnionSchema writer, AvroSchema reader, string path, int depth)
    {
        var branches = writer.Branches.Select(branch => Plan(branch, reader, path, depth + 1)).ToArray();
        var refused = branches.OfType<RefuseStep>().Select(static b => b.Why).ToList();
        if (refused.Count == branches.Length)
            return refused.Count == 1 ? branches[0] : Refuse(path, $"none of the {branches.Length} types it may be written as can be read");

        _gaps.AddRange(refused);
        var isCopy = reader is UnionSchema && branches.Index().All(static b => b.Item is IntoUnionStep { Value: CopyStep } into && into.Branch == b.Index);
        return isCopy ? new CopyStep(writer) : new FromUnionStep(branches);
    }

    private Step IntoUnion(AvroSchema writer, UnionSchema reader, string path, int depth)
    {
        var branch = IndexOf(reader, choice => IsSame(writer, choice));
        if (branch < 0)
            branch = IndexOf(reader, choice => Matches(writer, choice));
        if (branch < 0)
            return Refuse(path, $"written as {Describe(writer)}, for which the reader's union has no branch");

        var value = Plan(writer, reader.Branches[branch], path, depth + 1);
        return value is RefuseStep ? value : new IntoUnionStep(branch, value);
    }

    private Step Symbols(EnumSchema writer, EnumSchema reader, string path)
    {
        _steps += writer.Symbols.Count;
        if (_steps > MaxSteps)
            return Refuse(path, "the enum has too many symbols");

        var numberOf = reader.Symbols.Index().ToDictionary(static s => s.Item, static s => s.Index, StringComparer.Ordinal);
        var fallback = reader.Fallback is null ? -1 : numberOf[reader.Fallback];
        var numbers = writer.Symbols.Select(symbol => numberOf.GetValueOrDefault(symbol, fallback)).ToArray();
        if (numbers.Index().All(static n => n.Item == n.Index))
            return new CopyStep(writer);

        var refusal = Refuse(path, $"the reader's {reader.Display} has no default for symbols it does not know");
        if (numbers.Contains(-1))
            _gaps.Add(refusal.Why);
        return new SymbolStep(numbers, refusal);
    }

    private Step Record(RecordSchema writer, RecordSchema reader, string path, int depth)
    {
        _steps += writer.Fields.Count;
        if (_steps > MaxSteps)
            return Refuse(path, "the record has too many fields");

        var sources = Sources(writer, reader);
        var parts = new List<RecordStep.Part>(reader.Fields.Count);
        foreach (var field in reader.Fields)
        {
            var inner = path.Length == 0 ? field.Name : $"{path}.{field.Name}";
            if (sources.TryGetValue(field.Name, out var source))
            {
                var value = Plan(writer.Fields[source].Type, field.Type, inner, depth + 1);
                if (value is RefuseStep)
                    return value;
                parts.Add(new(source, value, Default: null));
            }
            else if (field.Default is not { } fallback)
            {
                return Refuse(inner, "not written, and without a default");
            }
            else if (DefaultValue.Encode(field.Type, fallback) is { } bytes)
            {
                parts.Add(new(Source: null, Value: null, bytes));
            }
            else
            {
                return Refuse(inner, "not written, and its default is none of its type");
            }
        }

        var isCopy = parts.Count == writer.Fields.Count && parts.Index().All(static p => p.Item.Source == p.Index && p.Item.Value is CopyStep);
        return isCopy ? new CopyStep(writer) : new RecordStep(writer.Fields, parts);
    }

    /// <summary>Which field of the writer each field of the reader is, by name first, then by the reader's aliases; each at most once.</summary>
    private static Dictionary<string, int> Sources(RecordSchema writer, RecordSchema reader)
    {
        var unread = writer.Fields.Index().ToDictionary(static f => f.Item.Name, static f => f.Index, StringComparer.Ordinal);
        var sources = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var field in reader.Fields)
        {
            if (unread.Remove(field.Name, out var source))
                sources.Add(field.Name, source);
        }

        foreach (var field in reader.Fields.Where(f => !sources.ContainsKey(f.Name)))
        {
            if (field.Aliases.FirstOrDefault(unread.ContainsKey) is { } alias && unread.Remove(alias, out var source))
                sources.Add(field.Name, source);
        }

        return sources;
    }

    /// <summary>Whether two types that are no unions can be resolved as far as they themselves go, their parts aside.</summary>
    private static bool Matches(AvroSchema writer, AvroSchema reader) =>
        (writer.LogicalType is null || reader.LogicalType is null || writer.LogicalType == reader.LogicalType)
        && (writer, reader) switch
        {
            (PrimitiveSchema w, PrimitiveSchema r) => EncodesAlike(w.Kind, r.Kind) || Widens(w.Kind, r.Kind),
            (FixedSchema w, FixedSchema r) => w.Size == r.Size && NamesMatch(w, r),
            (NamedSchema w, NamedSchema r) => w.GetType() == r.GetType() && NamesMatch(w, r),
            _ => writer.GetType() == reader.GetType(),
        };

    private static bool IsSame(AvroSchema writer, AvroSchema reader) => Matches(writer, reader) && (writer, reader) switch
    {
        (PrimitiveSchema w, PrimitiveSchema r) => w.Kind == r.Kind,
        (NamedSchema w, NamedSchema r) => w.FullName == r.FullName,
        _ => true,
    };

    private static bool NamesMatch(NamedSchema writer, NamedSchema reader) =>
        writer.ShortName == reader.ShortName || reader.Aliases.Contains(writer.FullName, StringComparer.Ordinal);

    private static bool EncodesAlike(PrimitiveKind writer, PrimitiveKind reader) =>
        writer == reader || (writer, reader) is (PrimitiveKind.Int, PrimitiveKind.Long) or (PrimitiveKind.String, PrimitiveKind.Bytes)
            or (PrimitiveKind.Bytes, PrimitiveKind.String);

    private static bool Widens(PrimitiveKind writer, PrimitiveKind reader) =>
        (writer, reader) is (PrimitiveKind.Int or PrimitiveKind.Long, PrimitiveKind.Float or PrimitiveKind.Double)
            or (PrimitiveKind.Float, PrimitiveKind.Double);

    private static int IndexOf(UnionSchema union, Func<AvroSchema, bool> isIt)
    {
        for (var i = 0; i < union.Branches.Count; i++)
        {
            if (isIt(union.Branches[i]))
                return i;
        }

        return -1;
    }

    private static string Describe(AvroSchema type) => type.LogicalType is null ? type.Display : $"{type.Display} ({type.LogicalType})";

    private static RefuseStep Refuse(string path, string why) => new($"{(path.Length == 0 ? "the record" : path)}: {why}");
}
