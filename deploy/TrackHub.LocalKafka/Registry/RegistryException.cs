namespace TrackHub.LocalKafka.Registry;

/// <summary>A refusal with one of Confluent's error codes; its first three digits are the HTTP status.</summary>
/// <remarks>Codes: https://docs.confluent.io/platform/current/schema-registry/develop/api.html#errors.</remarks>
internal sealed class RegistryException(int code, string message) : Exception(message)
{
    public int Code { get; } = code;

    public int StatusCode => Code > 999 ? Code / 100 : Code;

    public static RegistryException SubjectNotFound(string subject) => new(40401, $"Subject '{subject}' not found.");

    public static RegistryException VersionNotFound(string version) => new(40402, $"Version {version} not found.");

    public static RegistryException SchemaNotFound() => new(40403, "Schema not found");

    public static RegistryException NoSubjectConfig(string subject) =>
        new(40408, $"Subject '{subject}' does not have subject-level compatibility configured");

    public static RegistryException InvalidSchema(string fault) => new(42201, $"Input schema is an invalid Avro schema: {fault}");

    public static RegistryException InvalidVersion(string version) =>
        new(42202, $"The specified version '{version}' is not a valid version id. "
            + "Allowed values are between [1, 2^31-1] and the string \"latest\"");

    public static RegistryException InvalidCompatibility(string? level) =>
        new(42203, $"Invalid compatibility level '{level}'. Valid values are none, backward, forward, full, backward_transitive, "
            + "forward_transitive, and full_transitive");
}
