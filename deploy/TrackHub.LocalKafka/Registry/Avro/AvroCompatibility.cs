namespace TrackHub.LocalKafka.Registry.Avro;

/// <summary>Why a reader cannot read what a writer wrote.</summary>
/// <param name="Kind">Avro's word for it, such as TYPE_MISMATCH.</param>
/// <param name="Path">JSON pointer into the reader's schema.</param>
/// <param name="Detail">What in particular.</param>
internal sealed record Incompatibility(string Kind, string Path, string Detail);

/// <summary>Whether a schema reads whatever another schema wrote.</summary>
/// <remarks>
/// Source: https://avro.apache.org/docs/1.11.1/specification/#schema-resolution, with the answers Avro's Java library gives where that text
/// leaves room, since they are what Confluent's registry gives: names are compared without namespace, a reader's aliases count, and a reader's
/// union needs one branch that reads a writer's branch whole.
/// <para>Schemas come from anyone: what would take more than <see cref="MaxPairs"/> comparisons, or lead deeper than <see cref="MaxDepth"/>, is refused.</para>
/// </remarks>
internal sealed class AvroCompatibility
{
    /// <summary>Most pairs of types that are compared; TrackedEvent with itself makes some hundred.</summary>
    private const int MaxPairs = 100_000;

    /// <summary>Most types inside one another that are followed, by name too.</summary>
    private const int MaxDepth = 256;

    private static readonly IReadOnlyList<Incompatibility> None = [];

    // Types that hold themselves: what is being compared further out counts as compatible until shown otherwise.
    private readonly Dictionary<(AvroType Reader, AvroType Writer), IReadOnlyList<Incompatibility>> _known = [];

    private int _depth;

    private AvroCompatibility()
    {
    }

    /// <summary>Everything that keeps <paramref name="reader"/> from reading what <paramref name="writer"/> wrote; empty if nothing does.</summary>
    /// <exception cref="RegistryException">42201: too large to compare.</exception>
    public static IReadOnlyList<Incompatibility> Check(AvroType reader, AvroType writer) => new AvroCompatibility().Compare(reader, writer, "");

    private IReadOnlyList<Incompatibility> Compare(AvroType reader, AvroType writer, string path)
    {
        if (_known.TryGetValue((reader, writer), out var known))
            return known;
        if (_known.Count == MaxPairs || _depth == MaxDepth)
            throw RegistryException.InvalidSchema($"comparing it with another version takes more than {MaxPairs} steps or {MaxDepth} levels");

        _known[(reader, writer)] = None;
        _depth++;
        IReadOnlyList<Incompatibility> faults = [.. Faults(reader, writer, path)];
        _depth--;
        return _known[(reader, writer)] = faults;
    }

    private IEnumerable<Incompatibility> Faults(AvroType reader, AvroType writer, string path) => (reader, writer) switch
    {
        (AvroUnion union, AvroUnion written) => written.Branches.SelectMany((branch, i) => BranchFaults(union, branch, $"{path}/{i}")),
        (_, AvroUnion written) => written.Branches.SelectMany((branch, i) => Compare(reader, branch, $"{path}/{i}")),
        (AvroUnion union, _) => BranchFaults(union, writer, path),
        (AvroCollection read, AvroCollection written) when read.Kind == written.Kind =>
            Compare(read.Item, written.Item, $"{path}/{AvroCollection.ItemMember(read.Kind)}"),
        (AvroFixed read, AvroFixed written) => NameFaults(read, written, path).Concat(SizeFaults(read, written, path)),
        (AvroEnum read, AvroEnum written) => NameFaults(read, written, path).Concat(SymbolFaults(read, written, path)),
        (AvroRecord read, AvroRecord written) => NameFaults(read, written, path).Concat(FieldFaults(read, written, path)),
        _ when reader.Kind == writer.Kind || IsPromotion(writer.Kind, reader.Kind) => None,
        _ => [new("TYPE_MISMATCH", Root(path), $"reader type: {Word(reader)} not compatible with writer type: {Word(writer)}")],
    };

    private static bool IsPromotion(string from, string to) => (from, to) switch
    {
        ("int", "long" or "float" or "double") or ("long", "float" or "double") or ("float", "double") => true,
        ("string", "bytes") or ("bytes", "string") => true,
        _ => false,
    };

    private IEnumerable<Incompatibility> BranchFaults(AvroUnion reader, AvroType writer, string path) =>
        reader.Branches.Any(branch => Compare(branch, writer, path).Count == 0)
            ? None
            : [new("MISSING_UNION_BRANCH", Root(path), $"reader union lacking writer type: {Word(writer)}")];

    private static IEnumerable<Incompatibility> NameFaults(AvroNamed reader, AvroNamed writer, string path)
    {
        var isSame = reader.Name.Simple == writer.Name.Simple
            || reader.Aliases.Any(alias => AvroName.Of(alias, reader.Name.Space).Full == writer.Name.Full);
        return isSame ? None : [new("NAME_MISMATCH", $"{path}/name", $"expected: {writer.Name.Full}")];
    }

    private static IEnumerable<Incompatibility> SizeFaults(AvroFixed reader, AvroFixed writer, string path) =>
        reader.Size == writer.Size ? None : [new("FIXED_SIZE_MISMATCH", $"{path}/size", $"expected: {writer.Size}, found: {reader.Size}")];

    private static IEnumerable<Incompatibility> SymbolFaults(AvroEnum reader, AvroEnum writer, string path)
    {
        var missing = writer.Symbols.Except(reader.Symbols, StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return missing.Count == 0 || reader.Default is not null
            ? None
            : [new("MISSING_ENUM_SYMBOLS", $"{path}/symbols", $"[{string.Join(", ", missing)}]")];
    }

    private IEnumerable<Incompatibility> FieldFaults(AvroRecord reader, AvroRecord writer, string path) => reader.Fields.SelectMany((field, i) =>
    {
        var written = writer.Fields.Find(candidate => candidate.Name == field.Name)
            ?? writer.Fields.Find(candidate => field.Aliases.Contains(candidate.Name, StringComparer.Ordinal));
        if (written is not null)
            return Compare(field.Type, written.Type, $"{path}/fields/{i}/type");
        return field.Default is not null ? None : [new("READER_FIELD_MISSING_DEFAULT_VALUE", $"{path}/fields/{i}", field.Name)];
    });

    private static string Root(string path) => path.Length == 0 ? "/" : path;

    private static string Word(AvroType type) => type.Kind.ToUpperInvariant();
}
