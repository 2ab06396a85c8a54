using TrackHub.LocalKafka.Registry.Avro;

namespace TrackHub.LocalKafka.Registry;

/// <summary>What a new version of a subject must be able to do with the earlier ones.</summary>
/// <remarks>Source: docs.confluent.io, "Schema Evolution and Compatibility".</remarks>
internal static class CompatibilityLevel
{
    /// <summary>What counts where nothing was set; Confluent's own default is BACKWARD, its setting <c>schema.compatibility.level</c>.</summary>
    public const string Default = "FULL_TRANSITIVE";

    private static readonly string[] All =
        ["NONE", "BACKWARD", "BACKWARD_TRANSITIVE", "FORWARD", "FORWARD_TRANSITIVE", "FULL", "FULL_TRANSITIVE"];

    /// <summary>The level in its canonical form.</summary>
    /// <exception cref="RegistryException">42203.</exception>
    public static string Parse(string? level) =>
        Array.Find(All, known => known.Equals(level, StringComparison.OrdinalIgnoreCase)) ?? throw RegistryException.InvalidCompatibility(level);

    /// <summary>What is in the way of <paramref name="candidate"/> as the next version, one sentence each, then what it was compared with; empty if nothing is.</summary>
    /// <param name="level">A level in its canonical form.</param>
    /// <param name="candidate">The new schema.</param>
    /// <param name="earlier">The versions it is compared with, in order.</param>
    public static IReadOnlyList<string> Check(string level, AvroType candidate, IEnumerable<StoredSchema> earlier)
    {
        if (level == "NONE")
            return [];

        // The newest first; the first one that does not agree is told.
        var compared = earlier.Reverse();
        foreach (var version in level.EndsWith("_TRANSITIVE", StringComparison.Ordinal) ? compared : compared.Take(1))
        {
            var faults = Faults(level, candidate, version);
            if (faults.Count > 0)
                return [.. faults, $"{{oldSchemaVersion: {version.Version}}}", $"{{oldSchema: '{version.Schema}'}}", $"{{compatibility: '{level}'}}"];
        }

        return [];
    }

    private static List<string> Faults(string level, AvroType candidate, StoredSchema version)
    {
        if (version.Type is not { } existing)
            return ["the earlier schema is of another kind"];

        var faults = new List<string>();
        if (level.StartsWith("FORWARD", StringComparison.Ordinal) || level.StartsWith("FULL", StringComparison.Ordinal))
            faults.AddRange(AvroCompatibility.Check(existing, candidate).Select(static fault => Describe(fault, reader: "old", writer: "new")));
        if (level.StartsWith("BACKWARD", StringComparison.Ordinal) || level.StartsWith("FULL", StringComparison.Ordinal))
            faults.AddRange(AvroCompatibility.Check(candidate, existing).Select(static fault => Describe(fault, reader: "new", writer: "old")));
        return faults;
    }

    private static string Describe(Incompatibility fault, string reader, string writer)
    {
        var what = fault.Kind switch
        {
            "READER_FIELD_MISSING_DEFAULT_VALUE" => $"field '{fault.Detail}' at '{fault.Path}' of the {reader} schema has no default, and the {writer} schema lacks it",
            "MISSING_ENUM_SYMBOLS" => $"the {reader} schema lacks the symbols {fault.Detail} at '{fault.Path}' that the {writer} schema has",
            "MISSING_UNION_BRANCH" => $"no branch of the {reader} schema's union takes what the {writer} schema has at '{fault.Path}'",
            "FIXED_SIZE_MISMATCH" => $"the size at '{fault.Path}' of the {reader} schema is not the {writer} schema's",
            "NAME_MISMATCH" => $"the name at '{fault.Path}' of the {reader} schema is not the {writer} schema's",
            _ => $"the type at '{fault.Path}' of the {reader} schema does not read the {writer} schema's",
        };
        return $"{{errorType:'{fault.Kind}', description:'{what}', additionalInfo:'{fault.Detail}'}}";
    }
}
