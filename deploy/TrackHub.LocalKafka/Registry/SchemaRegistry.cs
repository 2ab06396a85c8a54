using System.Text.Json;

namespace TrackHub.LocalKafka.Registry;

/// <summary>Subjects, their versions and the ids of schemas, held in memory and kept in <see cref="SchemaLog"/>.</summary>
/// <remarks>
/// Thread-safe. A schema has one id in all subjects. The compatibility level is stored and returned; a registration is not checked
/// against earlier versions.
/// </remarks>
internal sealed class SchemaRegistry
{
    private const string DefaultCompatibility = "FULL_TRANSITIVE";

    private static readonly HashSet<string> Levels =
        ["NONE", "BACKWARD", "BACKWARD_TRANSITIVE", "FORWARD", "FORWARD_TRANSITIVE", "FULL", "FULL_TRANSITIVE"];

    private readonly Lock _lock = new();
    private readonly SchemaLog _log;
    private readonly SortedDictionary<string, SortedDictionary<int, SubjectVersion>> _subjects = new(StringComparer.Ordinal);
    private readonly Dictionary<int, string> _textById = [];
    private readonly Dictionary<string, int> _idByText = [];
    private readonly Dictionary<string, string> _levels = [];   // by subject, "" for the global one

    /// <summary>Reads the log.</summary>
    public SchemaRegistry(SchemaLog log)
    {
        _log = log;
        foreach (var (key, value) in log.ReadAll())
            Replay(key, value);
    }

    /// <summary>Names of all subjects, sorted.</summary>
    public IReadOnlyList<string> Subjects
    {
        get
        {
            lock (_lock)
                return [.. _subjects.Keys];
        }
    }

    /// <summary>Registers a schema; the same text again gives the same id.</summary>
    /// <exception cref="RegistryException">42201: not an Avro schema.</exception>
    public int Register(string subject, SchemaRequest request)
    {
        var text = TextOf(request);
        lock (_lock)
        {
            if (Find(subject, text) is { } known)
                return known.Id;

            var version = _subjects.TryGetValue(subject, out var versions) && versions.Count > 0 ? versions.Keys.Last() + 1 : 1;
            var id = _idByText.TryGetValue(text, out var shared) ? shared : _textById.Keys.DefaultIfEmpty().Max() + 1;
            var added = new SubjectVersion(subject, version, id, text);
            Append(
                new SchemaKey("SCHEMA", subject, version, Magic: 1),
                JsonSerializer.SerializeToUtf8Bytes(new SchemaValue(subject, version, id, text, Deleted: false), RegistryJson.Readable.SchemaValue));
            Add(added);
            return id;
        }
    }

    /// <summary>The version of a subject that has this schema.</summary>
    /// <exception cref="RegistryException">40401, 40403 or 42201.</exception>
    public SubjectVersion Lookup(string subject, SchemaRequest request)
    {
        lock (_lock)
        {
            VersionsOf(subject);
            return Find(subject, TextOf(request)) ?? throw RegistryException.SchemaNotFound();
        }
    }

    /// <summary>Version numbers of a subject.</summary>
    /// <exception cref="RegistryException">40401.</exception>
    public IReadOnlyList<int> Versions(string subject)
    {
        lock (_lock)
            return [.. VersionsOf(subject).Keys];
    }

    /// <summary>One version of a subject; <paramref name="version"/> is a number, "latest" or "-1".</summary>
    /// <exception cref="RegistryException">40401, 40402 or 42202.</exception>
    public SubjectVersion Version(string subject, string version)
    {
        var isLatest = version is "latest" or "-1";
        if ((!int.TryParse(version, out var number) || number < 1) && !isLatest)
            throw RegistryException.InvalidVersion(version);

        lock (_lock)
        {
            var versions = VersionsOf(subject);
            return isLatest ? versions.Values.Last() : versions.GetValueOrDefault(number) ?? throw RegistryException.VersionNotFound(version);
        }
    }

    /// <summary>The schema of an id.</summary>
    /// <exception cref="RegistryException">40403.</exception>
    public string Schema(int id)
    {
        lock (_lock)
            return _textById.GetValueOrDefault(id) ?? throw RegistryException.SchemaNotFound();
    }

    /// <summary>The compatibility level of a subject, or the global one for null.</summary>
    /// <param name="orGlobal">Falls back to the global level instead of 40408.</param>
    /// <exception cref="RegistryException">40408: the subject has none of its own.</exception>
    public string Compatibility(string? subject, bool orGlobal)
    {
        lock (_lock)
        {
            if (subject is not null && _levels.TryGetValue(subject, out var own))
                return own;
            if (subject is not null && !orGlobal)
                throw RegistryException.NoSubjectConfig(subject);
            return _levels.GetValueOrDefault("") ?? DefaultCompatibility;
        }
    }

    /// <summary>Stores a compatibility level and returns it in its canonical form.</summary>
    /// <exception cref="RegistryException">42203.</exception>
    public string SetCompatibility(string? subject, string? level)
    {
        var canonical = level?.ToUpperInvariant();
        if (canonical is null || !Levels.Contains(canonical))
            throw RegistryException.InvalidCompatibility(level);

        lock (_lock)
        {
            Append(
                new SchemaKey("CONFIG", subject, Version: null, Magic: 0),
                JsonSerializer.SerializeToUtf8Bytes(new ConfigValue(canonical), RegistryJson.Readable.ConfigValue));
            _levels[subject ?? ""] = canonical;
            return canonical;
        }
    }

    private static string TextOf(SchemaRequest request)
    {
        if (request.SchemaType is not (null or "AVRO"))
            throw new RegistryException(42201, $"Invalid schema type {request.SchemaType}; this registry knows AVRO.");
        if (request.References is { ValueKind: JsonValueKind.Array } references && references.GetArrayLength() > 0)
            throw new RegistryException(42201, "Schema references are not offered; send one self-contained schema.");
        return AvroSchema.Normalise(request.Schema);
    }

    private SubjectVersion? Find(string subject, string text) =>
        _subjects.GetValueOrDefault(subject)?.Values.FirstOrDefault(version => version.Schema == text);

    private SortedDictionary<int, SubjectVersion> VersionsOf(string subject) =>
        _subjects.GetValueOrDefault(subject) ?? throw RegistryException.SubjectNotFound(subject);

    private void Append(SchemaKey key, byte[] value) =>
        _log.Append(JsonSerializer.SerializeToUtf8Bytes(key, RegistryJson.Readable.SchemaKey), value);

    private void Add(SubjectVersion added)
    {
        if (!_subjects.TryGetValue(added.Subject, out var versions))
            _subjects.Add(added.Subject, versions = []);
        versions[added.Version] = added;
        _textById[added.Id] = added.Schema;
        _idByText[added.Schema] = added.Id;
    }

    private void Replay(byte[]? keyBytes, byte[]? valueBytes)
    {
        if (keyBytes is null || valueBytes is null)
            return;

        var key = JsonSerializer.Deserialize(keyBytes, RegistryJson.Readable.SchemaKey);
        if (key?.KeyType == "CONFIG" && JsonSerializer.Deserialize(valueBytes, RegistryJson.Readable.ConfigValue) is { } config)
            _levels[key.Subject ?? ""] = config.CompatibilityLevel;
        if (key?.KeyType == "SCHEMA" && JsonSerializer.Deserialize(valueBytes, RegistryJson.Readable.SchemaValue) is { } schema)
            Add(new SubjectVersion(schema.Subject, schema.Version, schema.Id, schema.Schema));
    }
}
