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

    [Fact]
    public void A_consumer_of_groups_of_a_new_kind_is_told_what_to_set()
    {
        using var consumer = new ConsumerBuilder<string?, string?>(
            new Dictionary<string, string>
            {
                ["bootstrap.servers"] = broker.BootstrapServers,
                ["group.id"] = TestBroker.NewName("group"),
                ["group.protocol"] = "consumer",
            }).SetLogHandler(static (_, _) => { }).Build();
        consumer.Subscribe(TestBroker.NewName());

        var refusal = Should.Throw<ConsumeException>(() => consumer.Consume(Patience).ShouldBeNull());

        refusal.Error.Code.ShouldBe(ErrorCode.UnsupportedVersion);
        refusal.Error.IsFatal.ShouldBeFalse();
        refusal.Message.ShouldContain("set group.protocol=classic");
    }
}
