using System.Diagnostics;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace TrackHub.LocalKafka.Tests.Access;

/// <summary>Clients nobody here wrote come in from the network with user and password, in clear and by TLS.</summary>
public sealed class NetworkClientTests(NetworkBrokers brokers) : IClassFixture<NetworkBrokers>
{
    private const string Python = """
        import sys
        from kafka import KafkaConsumer, KafkaProducer
        servers, protocol, user, password, ca, topic = sys.argv[1:7]
        settings = dict(bootstrap_servers=servers, security_protocol=protocol.upper(), sasl_mechanism='PLAIN',
                        sasl_plain_username=user, sasl_plain_password=password, ssl_cafile=ca or None)
        producer = KafkaProducer(**settings)
        print(producer.send(topic, key=b'k', value=b'from python').get(timeout=20).offset)
        producer.close()
        consumer = KafkaConsumer(topic, auto_offset_reset='earliest', consumer_timeout_ms=20000, **settings)
        print(next(consumer).value.decode())
        consumer.close(autocommit=False)
        """;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Confluents_client_creates_produces_and_consumes_in_a_group(bool tls)
    {
        var broker = brokers.Of(tls);
        var topic = TestBroker.NewName();
        using (var admin = new AdminClientBuilder(broker.Configure(new AdminClientConfig())).Build())
            await admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = 1 }]);
        using var producer = new ProducerBuilder<string?, string?>(broker.Configure(new ProducerConfig { EnableIdempotence = true })).Build();
        var large = new string('x', 200_000);   // more than one TLS record
        await producer.ProduceAsync(topic, new Message<string?, string?> { Key = "k", Value = "small" });
        await producer.ProduceAsync(topic, new Message<string?, string?> { Key = "k", Value = large });

        using var consumer = new ConsumerBuilder<string?, string?>(broker.Configure(new ConsumerConfig { GroupId = topic, AutoOffsetReset = AutoOffsetReset.Earliest })).Build();
        consumer.Subscribe(topic);
        var read = TestBroker.Take(consumer, 2);
        consumer.Commit(read[1]);

        read.Select(static record => record.Message.Value).ShouldBe(["small", large]);
        consumer.Committed(read.Select(static record => record.TopicPartition).Take(1), TimeSpan.FromSeconds(10)).Single().Offset.Value.ShouldBe(2);
        consumer.Close();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Kcat_writes_and_reads(bool tls)
    {
        var broker = brokers.Of(tls);
        var topic = TestBroker.NewName("kcat");
        string[] access =
        [
            "-b", broker.BootstrapServers, "-X", $"security.protocol={broker.Protocol}", "-X", "sasl.mechanisms=PLAIN", "-X", $"sasl.username={NetworkBroker.User}",
            "-X", $"sasl.password={broker.Password}", "-X", "broker.address.family=v4", .. tls ? ["-X", $"ssl.ca.location={broker.Certificate}"] : Array.Empty<string>(),
        ];

        await RunAsync("kcat", "one\n", [.. access, "-P", "-t", topic]);

        (await RunAsync("kcat", null, [.. access, "-C", "-t", topic, "-e", "-q"])).ShouldBe("one\n");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Python_kafka_comes_in_by_the_oldest_handshake(bool tls)
    {
        var broker = brokers.Of(tls);

        var said = await RunAsync(
            "/usr/bin/python3", null, ["-c", Python, broker.BootstrapServers, broker.Protocol, NetworkBroker.User, broker.Password, broker.Certificate ?? "", TestBroker.NewName("python")]);

        said.ShouldBe("0\nfrom python\n");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_wrong_password_is_an_authentication_error(bool tls)
    {
        var errors = new List<ErrorCode>();
        var wrong = brokers.Of(tls).Configure(new AdminClientConfig(), NetworkBroker.NewPassword());
        using var admin = new AdminClientBuilder(wrong).SetLogHandler(static (_, _) => { }).SetErrorHandler((_, error) =>
        {
            lock (errors)
                errors.Add(error.Code);
        }).Build();

        Should.Throw<KafkaException>(() => admin.GetMetadata(TimeSpan.FromSeconds(2)));

        await Eventually.TrueAsync(
            () =>
            {
                lock (errors)
                    return errors.Contains(ErrorCode.Local_Authentication);
            },
            () => string.Join(", ", errors));
    }

    private static async Task<string> RunAsync(string program, string? input, string[] arguments)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(40));
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            var errors = process.StandardError.ReadToEndAsync(deadline.Token);
            var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
            await process.WaitForExitAsync(deadline.Token);
            process.ExitCode.ShouldBe(0, await errors);
            return await output;
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }
}
