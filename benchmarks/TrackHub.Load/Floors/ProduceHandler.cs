using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Microsoft.AspNetCore.Http;
using TrackHub.Platform.Streams;

namespace TrackHub.Load.Floors;

/// <summary>
/// Appends each body to a topic, with TrackHub's client settings and nothing of its work, and answers 202 when the record is acknowledged: what HTTP and
/// Confluent.Kafka, used as its documentation shows, cost together.
/// </summary>
internal sealed class ProduceHandler(string bootstrap, string topic) : IDisposable
{
    private readonly IProducer<byte[], byte[]> _producer =
        new ProducerBuilder<byte[], byte[]>(ClientSettings.Producer(new() { BootstrapServers = bootstrap }, new())).SetLogHandler(static (_, _) => { }).Build();

    private long _number;

    /// <summary>Takes one request, whose length must be announced.</summary>
    public async Task AcceptAsync(HttpContext context)
    {
        var body = new byte[context.Request.ContentLength!.Value];
        await context.Request.Body.ReadExactlyAsync(body, context.RequestAborted);
        var key = Encoding.ASCII.GetBytes(Interlocked.Increment(ref _number).ToString(CultureInfo.InvariantCulture));
        await _producer.ProduceAsync(topic, new() { Key = key, Value = body });
        context.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    /// <inheritdoc/>
    public void Dispose() => _producer.Dispose();
}
