namespace TrackHub.Schemas;

/// <summary>A version of a subject.</summary>
/// <param name="Subject">Subject, such as <c>track-events-value</c>.</param>
/// <param name="Version">1 is the first.</param>
/// <param name="Id">Id of the schema in the whole registry.</param>
/// <param name="Schema">Its text, as the registry spells it.</param>
public sealed record RegisteredSchema(string Subject, int Version, int Id, string Schema);
