namespace TrackHub.LocalKafka.Wire;

/// <summary>A structure of Kafka's protocol: a request's or a response's body, or an element of an array in one.</summary>
internal interface IWireMessage
{
    /// <summary>
    /// Lists the fields in the protocol's order, each with the versions it exists in. This one list reads, writes and compares: what it
    /// does with a field is <paramref name="wire"/>'s business. A field that a version lacks keeps its initial value.
    /// </summary>
    void Fields(WireCodec wire);
}

/// <summary>The body of a request; its type names the response that answers it.</summary>
/// <typeparam name="TResponse">Body of the response.</typeparam>
internal interface IWireRequest<TResponse> : IWireMessage
    where TResponse : IWireMessage, new()
{
    /// <summary>The kind of request, and the versions that the fields of request and response are listed for.</summary>
    ApiRange Range { get; }
}

/// <summary>The versions of one request kind that are implemented, so advertised.</summary>
/// <param name="FlexibleFrom">First version with compact lengths and tagged fields (KIP-482).</param>
internal readonly record struct ApiRange(ApiKey Key, short Min, short Max, short FlexibleFrom)
{
    /// <summary>For APIs none of whose versions is flexible.</summary>
    public const short NeverFlexible = short.MaxValue;

    public bool Includes(short version) => version >= Min && version <= Max;

    public bool IsFlexible(short version) => version >= FlexibleFrom;
}
