namespace TrackHub.LocalKafka.Wire.Messages;

/// <summary>A producer in want of an id.</summary>
internal sealed class InitProducerIdRequest : IWireRequest<InitProducerIdResponse>
{
    public string? TransactionalId;
    public int TransactionTimeoutMs;
    public long ProducerId = -1;
    public short ProducerEpoch = -1;

    public ApiRange Range => new(ApiKey.InitProducerId, 0, 4, FlexibleFrom: 2);

    public void Fields(WireCodec wire)
    {
        wire.NullableString(ref TransactionalId);
        wire.Int32(ref TransactionTimeoutMs);
        wire.Int64(ref ProducerId, from: 3);
        wire.Int16(ref ProducerEpoch, from: 3);
    }
}

/// <summary>Its id and epoch.</summary>
internal sealed class InitProducerIdResponse : IWireMessage
{
    public int ThrottleMs;
    public ErrorCode Error;
    public long ProducerId = -1;
    public short ProducerEpoch;

    public void Fields(WireCodec wire)
    {
        wire.Int32(ref ThrottleMs);
        wire.Error(ref Error);
        wire.Int64(ref ProducerId);
        wire.Int16(ref ProducerEpoch);
    }
}
