namespace TrackHub.Schemas;

/// <summary>What every record generated from an .avsc file offers to generic code.</summary>
/// <typeparam name="TSelf">The record itself.</typeparam>
public interface IAvroRecord<TSelf>
    where TSelf : IAvroRecord<TSelf>
{
    /// <summary>Full name of the schema, such as <c>trackhub.TrackedEvent</c>.</summary>
    static abstract string SchemaFullName { get; }

    /// <summary>The whole schema as JSON, types of other files written in full: the text to register.</summary>
    static abstract string SchemaJson { get; }

    /// <summary>Reads one record of exactly this schema and leaves the reader behind it.</summary>
    /// <exception cref="AvroFormatException">The bytes are no such record.</exception>
    static abstract TSelf Decode(ref AvroReader reader);

    /// <summary>Writes the record in Avro binary, without frame or schema id. Allocates nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An enum member holds a number that is no symbol.</exception>
    void Encode(ref AvroWriter writer);
}
