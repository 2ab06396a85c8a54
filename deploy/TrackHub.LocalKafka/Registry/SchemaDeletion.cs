namespace TrackHub.LocalKafka.Registry;

/// <summary>
/// Deleting in two steps: softly first, which hides versions but leaves their ids readable, then for good, which forgets them and, with
/// a schema's last version, its id.
/// </summary>
internal static class SchemaDeletion
{
    /// <summary>Deletes one version.</summary>
    /// <returns>Its number.</returns>
    /// <exception cref="RegistryException">40401, 40402; 40406: deleted softly before; 40407: for good before it was softly.</exception>
    public static int Version(SchemaStore store, string subject, int number, bool permanent)
    {
        var versions = store.VersionsOf(subject);
        if (versions.Count == 0)
            throw RegistryException.SubjectNotFound(subject);

        var version = SchemaRegistry.Find(versions, number) ?? throw RegistryException.VersionNotFound(number);
        if (permanent && !version.Deleted)
            throw RegistryException.VersionNotSoftDeleted(subject, version.Version);
        if (!permanent && version.Deleted)
            throw RegistryException.VersionSoftDeleted(subject, version.Version);

        if (!permanent)
        {
            store.Put(subject, version.Version, version.Id, version.Schema, deleted: true);
            return version.Version;
        }

        store.Remove(subject, version.Version);
        if (store.VersionsOf(subject).Count == 0)
            ForgetLevel(store, subject);
        return version.Version;
    }

    /// <summary>Deletes all versions of a subject; for good, its compatibility level as well.</summary>
    /// <returns>Their numbers.</returns>
    /// <exception cref="RegistryException">40401; 40404: deleted softly before; 40405: for good before it was softly.</exception>
    public static IReadOnlyList<int> Subject(SchemaStore store, string subject, bool permanent)
    {
        var versions = store.VersionsOf(subject).ToList();
        if (versions.Count == 0)
            throw RegistryException.SubjectNotFound(subject);

        var live = versions.FindAll(static version => !version.Deleted);
        if (!permanent)
        {
            if (live.Count == 0)
                throw RegistryException.SubjectSoftDeleted(subject);
            store.DeleteUpTo(subject, live[^1].Version);
            return [.. live.Select(static version => version.Version)];
        }

        if (live.Count > 0)
            throw RegistryException.SubjectNotSoftDeleted(subject);
        foreach (var version in versions.AsEnumerable().Reverse())
            store.Remove(subject, version.Version);
        ForgetLevel(store, subject);
        return [.. versions.Select(static version => version.Version)];
    }

    private static void ForgetLevel(SchemaStore store, string subject)
    {
        if (store.LevelOf(subject) is not null)
            store.SetLevel(subject, level: null);
    }
}
