namespace TrackHub.LocalKafka.Registry;

/// <summary>A refusal with one of Confluent's error codes; its first three digits are the HTTP status.</summary>
/// <remarks>Codes: https://docs.confluent.io/platform/current/schema-registry/develop/api.html#errors.</remarks>
internal sealed class RegistryException(int code, string message) : Exception(message)
{
    /// <summary>The code of every refusal of a schema for itself.</summary>
    public const int InvalidSchemaCode = 42201;

    public int Code { get; } = code;

    public int StatusCode => Code > 999 ? Code / 100 : Code;

    public static RegistryException SubjectNotFound(string subject) => new(40401, $"Subject '{subject}' not found.");

    public static RegistryException VersionNotFound(int version) => new(40402, $"Version {version} not found.");

    public static RegistryException SchemaNotFound() => new(40403, "Schema not found");

    public static RegistryException SchemaNotFound(int id) => new(40403, $"Schema {id} not found");

    public static RegistryException SubjectSoftDeleted(string subject) =>
        new(40404, $"Subject '{subject}' is soft deleted already; permanent=true deletes it for good.");

    public static RegistryException SubjectNotSoftDeleted(string subject) =>
        new(40405, $"Subject '{subject}' must be soft deleted before it is deleted for good.");

    public static RegistryException VersionSoftDeleted(string subject, int version) =>
        new(40406, $"Subject '{subject}' version {version} is soft deleted already; permanent=true deletes it for good.");

    public static RegistryException VersionNotSoftDeleted(string subject, int version) =>
        new(40407, $"Subject '{subject}' version {version} must be soft deleted before it is deleted for good.");

    public static RegistryException NoSubjectConfig(string subject) =>
        new(40408, $"Subject '{subject}' does not have subject-level compatibility configured");

    public static RegistryException NoSubjectMode(string subject) => new(40409, $"Subject '{subject}' does not have subject-level mode configured");

    public static RegistryException Incompatible(string subject, IReadOnlyList<string> faults) => new(
        409, $"Schema being registered is incompatible with an earlier schema for subject \"{subject}\", details: [{string.Join(", ", faults)}]");

    public static RegistryException InvalidSchema(string fault) => new(InvalidSchemaCode, $"Input schema is an invalid Avro schema: {fault}");

    public static RegistryException InvalidVersion(string version) =>
        new(42202, $"The specified version '{version}' is not a valid version id. "
            + "Allowed values are between [1, 2^31-1] and the string \"latest\"");

    public static RegistryException InvalidCompatibility(string? level) =>
        new(42203, $"Invalid compatibility level '{level}'. Valid values are none, backward, forward, full, backward_transitive, "
            + "forward_transitive, and full_transitive");

    public static RegistryException InvalidMode(string? mode) => new(42204, $"Invalid mode '{mode}'. This registry knows READWRITE.");

    public static RegistryException ModeNotOffered(string mode) => new(42205, $"Mode {mode} is not offered: this registry is always READWRITE.");
}
