namespace TrackHub.Schemas;

/// <summary>What became of a value's bytes.</summary>
public enum DecodeOutcome
{
    /// <summary>A record.</summary>
    Decoded = 0,

    /// <summary>Too short, or not in the Confluent wire format.</summary>
    NotWireFormat = 1,

    /// <summary>The schema of its id has not been fetched: <see cref="SchemaIds.LearnAsync"/>, then decode again.</summary>
    SchemaNotLearnt = 2,

    /// <summary>The registry has no Avro schema of its id.</summary>
    SchemaUnknown = 3,

    /// <summary>Its bytes are not what its schema says.</summary>
    Malformed = 4,

    /// <summary>Its schema, or this one value of it, cannot be resolved to the reader's.</summary>
    Unresolvable = 5,
}
