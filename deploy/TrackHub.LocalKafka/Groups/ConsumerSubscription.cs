using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Groups;

/// <summary>
/// What a consumer tells its group's leader: version, topics, then what later versions added. The one place where the broker looks into it.
/// Source: Kafka's ConsumerProtocolSubscription.json; each version only appends.
/// </summary>
internal sealed class ConsumerSubscription : IWireMessage
{
    public short Version;
    public List<string> Topics = [];

    public void Fields(WireCodec wire)
    {
        wire.Int16(ref Version);
        wire.StringArray(ref Topics);
    }

    /// <summary>Whether a member reads a topic; true where its metadata cannot be read.</summary>
    public static bool MayRead(byte[] metadata, string topic)
    {
        try
        {
            var reader = new WireReader();
            reader.Reset(metadata);
            var subscription = new ConsumerSubscription();
            reader.Message(subscription);
            return subscription.Topics.Contains(topic);
        }
        catch (MalformedRequestException)
        {
            return true;
        }
    }
}
