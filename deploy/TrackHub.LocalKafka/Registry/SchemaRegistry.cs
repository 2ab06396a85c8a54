using System.Globalization;
using System.Text.Json;
using TrackHub.LocalKafka.Registry.Avro;

namespace TrackHub.LocalKafka.Registry;

/// <summary>Which versions a question is about.</summary>
internal enum Deleted
{
    /// <summary>Those not deleted.</summary>
    Excluded = 0,

    /// <summary>Softly deleted ones as well.</summary>
    Included = 1,

    /// <summary>Softly deleted ones alone.</summary>
    Only = 2,
}

/// <summary>Subjects, versions and schemas by Confluent's rules: one id for a schema in all subjects, new versions compatible with earlier ones.</summary>
/// <remarks>Thread-safe. What is answered is in the log. Deleting: <see cref="SchemaDeletion"/>.</remarks>
internal sealed class SchemaRegistry(SchemaStore store)
{
    private readonly Lock _lock = new();

    /// <summary>Subjects, sorted; one counts as deleted when all its versions are.</summary>
    public IReadOnlyList<string> Subjects(Deleted deleted) => Locked(() => store.All
        .GroupBy(static version => version.Subject, StringComparer.Ordinal)
        .Where(versions => Asked(versions.All(static version => version.Deleted), deleted))
        .Select(static versions => versions.Key).ToList());

    /// <summary>Registers a schema as the subject's next version; a schema that is one already keeps its place.</summary>
    /// <returns>The schema's id.</returns>
    /// <exception cref="RegistryException">42201: not an Avro schema. 409: incompatible by the subject's level.</exception>
    public int Register(string subject, SchemaRequest request)
    {
        var schema = Parse(request);
        var text = AvroText.Of(schema);
        return Locked(() =>
        {
            var versions = store.VersionsOf(subject);
            var live = versions.Where(static version => !version.Deleted).ToList();
            if (live.FindLast(version => version.Identity == text) is { } known)
                return known.Id;

            var faults = CompatibilityLevel.Check(Level(subject), schema, live);
            if (faults.Count > 0)
                throw RegistryException.Incompatible(subject, faults);

            var next = versions.Select(static version => version.Version).DefaultIfEmpty().Max() + 1;
            var id = store.All.FirstOrDefault(version => version.Identity == text)?.Id ?? store.NextId;
            // A deleted version that comes back does so under a new number; the old one is then of no use to anyone.
            foreach (var former in versions.Where(version => version.Deleted && version.Id == id).ToList())
                store.Remove(subject, former.Version);
            store.Put(subject, next, id, text, deleted: false);
            return id;
        });
    }

    /// <summary>The version of a subject that is this schema.</summary>
    /// <exception cref="RegistryException">40401, 40403 or 42201.</exception>
    public StoredSchema Lookup(string subject, SchemaRequest request, Deleted deleted)
    {
        var text = AvroText.Of(Parse(request, checkDefaults: false));
        return Locked(() => VersionsOf(subject, deleted).FindLast(version => version.Identity == text) ?? throw RegistryException.SchemaNotFound());
    }

    /// <summary>Version numbers of a subject.</summary>
    /// <exception cref="RegistryException">40401.</exception>
    public IReadOnlyList<int> Versions(string subject, Deleted deleted) => Locked(() =>
        VersionsOf(subject, deleted == Deleted.Only ? Deleted.Included : deleted)
            .Where(version => Asked(version.Deleted, deleted)).Select(static version => version.Version).ToList());

    /// <summary>One version of a subject; <paramref name="version"/> is a number, "latest" or "-1". The latest is never a deleted one.</summary>
    /// <exception cref="RegistryException">40401, 40402 or 42202.</exception>
    public StoredSchema Version(string subject, string version, Deleted deleted)
    {
        var number = VersionNumber(version);
        return Locked(() => Find(VersionsOf(subject, deleted), number) ?? throw RegistryException.VersionNotFound(number));
    }

    /// <summary>The versions that are the schema of this id, one at least; those deleted count.</summary>
    /// <exception cref="RegistryException">40403: no version is, or none any more.</exception>
    public IReadOnlyList<StoredSchema> VersionsById(int id) => Locked(() =>
        store.All.Where(version => version.Id == id).ToList() is { Count: > 0 } versions ? versions : throw RegistryException.SchemaNotFound(id));

    /// <summary>What keeps a schema from being the subject's next version; empty if nothing does.</summary>
    /// <param name="subject">Subject; one without versions takes any schema.</param>
    /// <param name="version">Compares with this version alone; null for those the level names.</param>
    /// <param name="request">The schema.</param>
    /// <exception cref="RegistryException">40402, 42201 or 42202.</exception>
    public IReadOnlyList<string> TestCompatibility(string subject, string? version, SchemaRequest request)
    {
        int? number = version is null ? null : VersionNumber(version);
        return Locked(() =>
        {
            var live = store.VersionsOf(subject).Where(static known => !known.Deleted).ToList();
            if (number is { } one)
            {
                if (Find(live, one) is { } found)
                    live = [found];
                else if (one != Latest)
                    throw RegistryException.VersionNotFound(one);
            }

            return CompatibilityLevel.Check(Level(subject), Parse(request), live);
        });
    }

    /// <summary>The level of a subject, or the global one for null.</summary>
    /// <param name="subject">Subject, known or not.</param>
    /// <param name="orGlobal">Falls back to the global level instead of 40408.</param>
    /// <exception cref="RegistryException">40408: the subject has none of its own.</exception>
    public string Compatibility(string? subject, bool orGlobal) => Locked(() =>
        subject is null || orGlobal ? Level(subject) : store.LevelOf(subject) ?? throw RegistryException.NoSubjectConfig(subject));

    /// <summary>Sets the level of a subject, or the global one for null, and returns it in its canonical form.</summary>
    /// <exception cref="RegistryException">42203.</exception>
    public string SetCompatibility(string? subject, string? level)
    {
        var canonical = CompatibilityLevel.Parse(level);
        return Locked(() =>
        {
            store.SetLevel(subject, canonical);
            return canonical;
        });
    }

    /// <summary>Takes back the level of a subject, or the global one for null, and returns what it was.</summary>
    /// <exception cref="RegistryException">40401: the subject had none.</exception>
    public string ResetCompatibility(string? subject) => Locked(() =>
    {
        var former = store.LevelOf(subject);
        if (former is null && subject is not null)
            throw RegistryException.SubjectNotFound(subject);
        if (former is not null)
            store.SetLevel(subject, level: null);
        return former ?? CompatibilityLevel.Default;
    });

    /// <summary>Deletes a version, softly or, once that was done, for good.</summary>
    /// <inheritdoc cref="SchemaDeletion.Version"/>
    public int DeleteVersion(string subject, string version, bool permanent)
    {
        var number = VersionNumber(version);
        return Locked(() => SchemaDeletion.Version(store, subject, number, permanent));
    }

    /// <summary>Deletes a subject, softly or, once that was done, for good.</summary>
    /// <inheritdoc cref="SchemaDeletion.Subject"/>
    public IReadOnlyList<int> DeleteSubject(string subject, bool permanent) => Locked(() => SchemaDeletion.Subject(store, subject, permanent));

    /// <summary>Stands for the newest version.</summary>
    internal const int Latest = -1;

    /// <summary>The version of that number, or the newest one not deleted for <see cref="Latest"/>.</summary>
    internal static StoredSchema? Find(IEnumerable<StoredSchema> versions, int number) => number == Latest
        ? versions.LastOrDefault(static version => !version.Deleted)
        : versions.FirstOrDefault(version => version.Version == number);

    private static int VersionNumber(string version)
    {
        var text = version.Trim();
        if (text.Equals("latest", StringComparison.OrdinalIgnoreCase))
            return Latest;
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number is > 0 or Latest
            ? number
            : throw RegistryException.InvalidVersion(version);
    }

    private static bool Asked(bool isDeleted, Deleted deleted) =>
        deleted switch { Deleted.Excluded => !isDeleted, Deleted.Only => isDeleted, _ => true };

    private static AvroType Parse(SchemaRequest request, bool checkDefaults = true)
    {
        if (request.SchemaType is not (null or "AVRO"))
            throw RegistryException.InvalidSchema($"schema type {request.SchemaType}; this registry knows AVRO");
        if (request.References is { ValueKind: JsonValueKind.Array } references && references.GetArrayLength() > 0)
            throw RegistryException.InvalidSchema("references are not offered; send one self-contained schema");
        return AvroParser.Parse(request.Schema, checkDefaults);
    }

    private List<StoredSchema> VersionsOf(string subject, Deleted deleted)
    {
        var versions = store.VersionsOf(subject).Where(version => Asked(version.Deleted, deleted)).ToList();
        return versions.Count > 0 ? versions : throw RegistryException.SubjectNotFound(subject);
    }

    private string Level(string? subject) =>
        (subject is null ? null : store.LevelOf(subject)) ?? store.LevelOf(null) ?? CompatibilityLevel.Default;

    private T Locked<T>(Func<T> answer)
    {
        lock (_lock)
            return answer();
    }
}
