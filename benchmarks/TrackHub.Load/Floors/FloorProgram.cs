using Confluent.Kafka;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace TrackHub.Load.Floors;

/// <summary>The floors. Each prints its address and ends when its standard input does, so with whoever started it.</summary>
internal static class FloorProgram
{
    /// <summary>First argument of a floor's process.</summary>
    public const string Verb = "floor";

    /// <summary>Kestrel with an empty handler: 202 to everything.</summary>
    public const string Http = "http";

    /// <summary>Kestrel with a handler that appends each body to a topic and answers 202 when that is acknowledged. Arguments: bootstrap servers, topic.</summary>
    public const string Produce = "produce";

    /// <summary>librdkafka's mock cluster: a broker in memory that keeps nothing.</summary>
    public const string Kafka = "kafka";

    /// <summary>A server that writes what it receives into its working directory and answers: a broker without what makes it one.</summary>
    public const string Append = "append";

    /// <summary>Partitions of <see cref="Append"/>, whatever the topic.</summary>
    public const int AppendPartitions = 8;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>Runs one.</summary>
    /// <param name="floor">Which.</param>
    /// <param name="arguments">Its own.</param>
    public static async Task<int> RunAsync(string floor, IReadOnlyList<string> arguments)
    {
        await (floor switch
        {
            Http => RunHttpAsync(static app => app.Run(static context =>
            {
                context.Response.StatusCode = StatusCodes.Status202Accepted;
                return Task.CompletedTask;
            })),
            Produce => RunProduceAsync(arguments[0], arguments[1]),
            Append => RunAppendAsync(),
            _ => RunKafkaAsync(),
        });
        return 0;
    }

    private static async Task RunAppendAsync()
    {
        using var server = new AppendServer(Environment.CurrentDirectory, AppendPartitions);
        await Console.Out.WriteLineAsync(server.Address);
        while (await Console.In.ReadLineAsync() is not null)
        {
            server.Clear();
            await Console.Out.WriteLineAsync("cleared");
        }
    }

    private static async Task RunProduceAsync(string bootstrap, string topic)
    {
        using var handler = new ProduceHandler(bootstrap, topic);
        await RunHttpAsync(app => app.Run(handler.AcceptAsync));
    }

    private static async Task RunHttpAsync(Action<IApplicationBuilder> handle)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        await using var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        handle(app);
        await app.StartAsync();
        await ServeAsync(app.Urls.First());
    }

    private static async Task RunKafkaAsync()
    {
        var config = new ProducerConfig { BootstrapServers = "127.0.0.1:1" };
        config.Set("test.mock.num.brokers", "1");
        using var producer = new ProducerBuilder<Null, Null>(config).SetLogHandler(static (_, _) => { }).Build();
        using var admin = new DependentAdminClientBuilder(producer.Handle).Build();
        var broker = admin.GetMetadata(Limit).Brokers[0];
        await ServeAsync($"{broker.Host}:{broker.Port}");
    }

    private static async Task ServeAsync(string address)
    {
        await Console.Out.WriteLineAsync(address);
        await Console.In.ReadToEndAsync();
    }
}
