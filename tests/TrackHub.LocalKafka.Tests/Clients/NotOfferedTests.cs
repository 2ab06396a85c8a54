using Confluent.Kafka;

namespace TrackHub.LocalKafka.Tests.Clients;

/// <summary>What this broker does not offer, a client that asks for it says at once and clearly.</summary>
public sealed class NotOfferedTests(TestBroker broker) : IClassFixture<TestBroker>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public void Transactions_are_refused_at_once_with_the_reason()
    {
        using var producer = broker.Producer(static config => config.TransactionalId = "tx");

        var refusal = Should.Throw<KafkaException>(() => producer.InitTransactions(Patience));

        refusal.Error.IsFatal.ShouldBeTrue();
        refusal.Message.ShouldContain("transactions are not offered");
    }
}
