using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Confluent.Kafka;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TrackHub.Benchmarks.Samples;
using TrackHub.Ingest;
using TrackHub.Ingest.Appending;
using TrackHub.Ingest.Listening;
using TrackHub.Platform.Hosting;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Benchmarks.Ingress;

/// <summary>
/// The whole way of a click: socket, Kestrel, intake, sealing, Avro, librdkafka, acknowledgement, receipt. In this process, so that its allocations can
/// be counted; the broker is librdkafka's mock in native memory, and the client allocates nothing.
/// </summary>
internal sealed class ClickPath : IAsyncDisposable
{
    private const string ServerKey = "ths_brandexample_0000000000";

    private const int KeyBytes = 24;
    private static readonly byte[] FloorAnswer = [.. "{"u8, .. new string(' ', 100).Select(static c => (byte)c), .. "}"u8];

    private readonly WebApplication _app;
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _request = Request();
    private readonly byte[] _answer = new byte[4096];

    private ClickPath(WebApplication app) => _app = app;

    /// <summary>Starts it.</summary>
    public static async Task<ClickPath> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(
        [
            new("Ingest:Port", "0"), new("Ingest:AckTimeout", "00:00:10"), new("Kafka:BootstrapServers", "127.0.0.1:1"),
            new("Kafka:Properties:test.mock.num.brokers", "1"), new("SchemaRegistry:Url", "http://127.0.0.1:1"),
        ]);
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<TimeProvider>(new SampleClock());
        builder.AddSection<IngestOptions>(IngestOptions.Section);
        builder.AddStreams();
        builder.Services.AddSingleton(new SchemaRegistryClient(new(new OneSchema()) { BaseAddress = new("http://registry.example.com") }));
        builder.Services.AddSingleton(SampleBrand.Sealer).AddSingleton(SampleBrand.People).AddSingleton(Directory());
        builder.Services.AddSingleton<IEventLog, KafkaEventLog>();
        builder.Services.AddIntake();
        var app = builder.Build();
        app.MapIngest();
        await app.StartAsync();
        var path = new ClickPath(app);
        await path.ConnectAsync();
        return path;
    }

    /// <summary>
    /// Starts the floor instead: the same request, one acknowledged Produce of as many bytes, an answer, and none of our work. What is left of a click then
    /// is Kestrel's and Confluent.Kafka's, used as its documentation shows.
    /// </summary>
    /// <param name="valueBytes">Bytes of the record's value.</param>
    public static async Task<ClickPath> StartFloorAsync(int valueBytes)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var config = new ProducerConfig { BootstrapServers = "127.0.0.1:1", Acks = Acks.All, EnableIdempotence = true, LingerMs = 1, DeliveryReportFields = "status" };
        config.Set("test.mock.num.brokers", "1");
        var producer = new ProducerBuilder<byte[], byte[]>(config).SetLogHandler(static (_, _) => { }).Build();
        app.Lifetime.ApplicationStopped.Register(producer.Dispose);
        app.MapPost("/api/v1/track/click", (RequestDelegate)(context => AppendAsync(context, producer, valueBytes)));
        await app.StartAsync();
        var path = new ClickPath(app);
        await path.ConnectAsync();
        return path;
    }

    // A socket that was never used asynchronously blocks in the system, and allocates nothing to wait.
    private Task ConnectAsync() => Task.Run(() => _socket.Connect(IPAddress.Loopback, new Uri(_app.Urls.First()).Port));

    private static async Task AppendAsync(HttpContext context, IProducer<byte[], byte[]> producer, int valueBytes)
    {
        var body = ArrayPool<byte>.Shared.Rent((int)context.Request.ContentLength!.Value);
        await context.Request.Body.ReadExactlyAsync(body.AsMemory(0, (int)context.Request.ContentLength.Value), context.RequestAborted);
        ArrayPool<byte>.Shared.Return(body);
        await producer.ProduceAsync(Topics.TrackEvents.Name, new() { Key = new byte[KeyBytes], Value = new byte[valueBytes] });
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        context.Response.ContentLength = FloorAnswer.Length;
        await context.Response.BodyWriter.WriteAsync(FloorAnswer);
    }

    /// <summary>Sends one click and waits for its receipt, without allocating.</summary>
    /// <exception cref="InvalidOperationException">It was not taken.</exception>
    public void Send()
    {
        _socket.Send(_request);
        var length = 0;
        do
            length += _socket.Receive(_answer.AsSpan(length));
        while (_answer[length - 1] is not (byte)'}');
        if (!_answer.AsSpan().StartsWith("HTTP/1.1 202"u8))
            throw new InvalidOperationException(Encoding.ASCII.GetString(_answer, 0, length));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static TenantDirectory Directory()
    {
        var directory = new TenantDirectory(new SampleClock());
        directory.Publish(DirectorySnapshot.Of(
            [SampleBrand.Brand], connections: [], keys: [KeyValuePair.Create(ServerKey, new WriteKey("key_server", SampleBrand.Brand.Id, IsServer: true, []))]));
        return directory;
    }

    private static byte[] Request()
    {
        const string body = """
            {"event_id":"ev-example-0000000000000001","session_id":"s-example-1","click_id":"th_01hzxk3v5m9q2w8e4r6t7y1u0p",
            "url":"https://loja.example.com/oferta?utm_source=FB&utm_medium=feed&utm_campaign=campanha-exemplo%7C120200000000000001","referrer":"https://l.example.com/",
            "fbclid":"IwExample_00000000000000000000000000000001","fbp":"fb.1.1757520000000.1000000001","product":"Curso de Exemplo",
            "client_ip":"2001:db8:1:1::1",
            "user_agent":"Mozilla/5.0 (Linux; Android 14; Exemplo) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Mobile Safari/537.36"}
            """;
        return Encoding.ASCII.GetBytes(
            $"POST /api/v1/track/click HTTP/1.1\r\nHost: 127.0.0.1\r\nX-TrackHub-Key: {ServerKey}\r\nContent-Type: application/json; charset=utf-8\r\n"
            + $"Content-Length: {body.Length}\r\n\r\n{body}");
    }

    private sealed class SampleClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => SampleBrand.Now;
    }

    // Every schema has id 1.
    private sealed class OneSchema : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("""{"id":1}""") });
    }
}
