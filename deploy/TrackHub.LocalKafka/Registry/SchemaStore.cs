using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using TrackHub.LocalKafka.Registry.Avro;

namespace TrackHub.LocalKafka.Registry;

/// <summary>A version of a subject.</summary>
/// <param name="Subject">Subject.</param>
/// <param name="Version">1 is the first.</param>
/// <param name="Id">Id of the schema in all subjects.</param>
/// <param name="Schema">Its text as it was stored.</param>
/// <param name="Deleted">Deleted softly: found only by those who ask for deleted ones.</param>
/// <param name="Type">The parsed schema; null for what another registry stored in another language.</param>
internal sealed record StoredSchema(string Subject, int Version, int Id, string Schema, bool Deleted, AvroType? Type)
{
    /// <summary>What equal schemas have in common.</summary>
    public string Identity { get; } = Type is null ? Schema : AvroText.Of(Type);
}

/// <summary>What the registry remembers: every change is a record of <see cref="SchemaLog"/>, and the memory is what those records make of it.</summary>
/// <remarks>Not thread-safe. Records have the names, order and meaning of Confluent's own <c>_schemas</c> topic.</remarks>
internal sealed class SchemaStore
{
    private const string Global = "";

    private readonly SchemaLog _log;
    private readonly SortedDictionary<string, SortedDictionary<int, StoredSchema>> _subjects = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _levels = new(StringComparer.Ordinal);   // by subject, or Global
    private int _lastId;

    /// <summary>Reads the log.</summary>
    public SchemaStore(SchemaLog log)
    {
        _log = log;
        foreach (var (key, value) in log.ReadAll())
        {
            if (key is not null && Read(key, RegistryJson.Readable.SchemaKey) is { } known)
                Apply(known, value);
        }
    }

    /// <summary>The next id: above all that were ever given, those of schemas deleted for good included.</summary>
    public int NextId => _lastId + 1;

    /// <summary>Every version of every subject, in order.</summary>
    public IEnumerable<StoredSchema> All => _subjects.Values.SelectMany(static versions => versions.Values);

    /// <summary>Versions of a subject in order, softly deleted ones included; empty for an unknown one.</summary>
    public IReadOnlyCollection<StoredSchema> VersionsOf(string subject) =>
        _subjects.TryGetValue(subject, out var versions) ? versions.Values : [];

    /// <summary>The level set for a subject, or globally for null; null if none was.</summary>
    public string? LevelOf(string? subject) => _levels.GetValueOrDefault(subject ?? Global);

    /// <summary>Stores a version, in place of what was there.</summary>
    public void Put(string subject, int version, int id, string schema, bool deleted) => Write(
        new("SCHEMA", subject, version, Magic: 1),
        JsonSerializer.SerializeToUtf8Bytes(new(subject, version, id, schema, deleted), RegistryJson.Readable.SchemaValue));

    /// <summary>Forgets a version for good.</summary>
    public void Remove(string subject, int version)
    {
        // Compaction will drop the record that holds the id; the next id has to stay above it.
        if (_subjects.GetValueOrDefault(subject)?.GetValueOrDefault(version)?.Id == _lastId)
        {
            _log.Append(
                JsonSerializer.SerializeToUtf8Bytes(new("NOOP", Magic: 0), RegistryJson.Readable.NoopKey),
                JsonSerializer.SerializeToUtf8Bytes(new(_lastId), RegistryJson.Readable.NoopValue));
        }

        Write(new("SCHEMA", subject, version, Magic: 1), value: null);
    }

    /// <summary>Softly deletes all versions of a subject up to this one.</summary>
    public void DeleteUpTo(string subject, int version) => Write(
        new("DELETE_SUBJECT", subject, Version: null, Magic: 0),
        JsonSerializer.SerializeToUtf8Bytes(new(subject, version), RegistryJson.Readable.DeleteSubjectValue));

    /// <summary>Sets the level of a subject, or the global one for null; a null level forgets it.</summary>
    public void SetLevel(string? subject, string? level) => Write(
        new("CONFIG", subject, Version: null, Magic: 0),
        level is null ? null : JsonSerializer.SerializeToUtf8Bytes(new(level), RegistryJson.Readable.ConfigValue));

    private void Write(SchemaKey key, byte[]? value)
    {
        _log.Append(JsonSerializer.SerializeToUtf8Bytes(key, RegistryJson.Readable.SchemaKey), value);
        Apply(key, value);
    }

    private void Apply(SchemaKey key, byte[]? value)
    {
        switch (key.KeyType)
        {
            case "NOOP" when value is not null && Read(value, RegistryJson.Readable.NoopValue) is { Id: { } id }:
                _lastId = Math.Max(_lastId, id);
                break;
            case "CONFIG" when value is null:
                _levels.Remove(key.Subject ?? Global);
                break;
            case "CONFIG" when Read(value, RegistryJson.Readable.ConfigValue) is { CompatibilityLevel: { } level }:
                _levels[key.Subject ?? Global] = level;
                break;
            case "SCHEMA" when value is null && key is { Subject: { } subject, Version: { } version }:
                Forget(subject, version);
                break;
            case "SCHEMA" when value is not null && Read(value, RegistryJson.Readable.SchemaValue) is { Subject: not null, Schema: not null } schema:
                Remember(schema);
                break;
            case "DELETE_SUBJECT" when value is not null && Read(value, RegistryJson.Readable.DeleteSubjectValue) is { Subject: not null } deleted:
                foreach (var version in VersionsOf(deleted.Subject).Where(version => version.Version <= deleted.Version).ToList())
                    _subjects[deleted.Subject][version.Version] = version with { Deleted = true };
                break;
        }
    }

    /// <summary>What a record says; null if it is none of a registry's: whoever reaches the broker can write to the topic, and must not keep it from starting.</summary>
    private static T? Read<T>(byte[] json, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(json, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private void Remember(SchemaValue schema)
    {
        _lastId = Math.Max(_lastId, schema.Id);
        if (!_subjects.TryGetValue(schema.Subject, out var versions))
            _subjects.Add(schema.Subject, versions = []);
        versions[schema.Version] = new(schema.Subject, schema.Version, schema.Id, schema.Schema, schema.Deleted, Parsed(schema.Schema));
    }

    private void Forget(string subject, int version)
    {
        if (_subjects.TryGetValue(subject, out var versions) && versions.Remove(version) && versions.Count == 0)
            _subjects.Remove(subject);
    }

    private static AvroType? Parsed(string schema)
    {
        try
        {
            return AvroParser.Parse(schema, checkDefaults: false);
        }
        catch (RegistryException)
        {
            return null;   // not this registry's: kept and shown, compatible with nothing
        }
    }
}
