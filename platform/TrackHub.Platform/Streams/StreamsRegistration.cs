using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using TrackHub.Platform.Hosting;
using TrackHub.Schemas;

namespace TrackHub.Platform.Streams;

/// <summary>Registers what a role needs to read and write topics.</summary>
public static class StreamsRegistration
{
    /// <summary>
    /// Consumer factory, producer, codec, decoder, dead letters and topic admin over sections Kafka, SchemaRegistry and Producer. Safe to repeat.
    /// </summary>
    /// <remarks>Dead letters also need the tenant directory and the sealer.</remarks>
    /// <param name="builder">The role's host.</param>
    /// <param name="messageTimeout">This role's limit of <see cref="ProducerOptions.MessageTimeout"/>; of several roles in a process the shortest counts.</param>
    public static void AddStreams(this IHostApplicationBuilder builder, TimeSpan? messageTimeout = null)
    {
        var services = builder.Services;
        if (messageTimeout is { } limit)
            services.PostConfigure<ProducerOptions>(options => options.MessageTimeout = options.MessageTimeout < limit ? options.MessageTimeout : limit);
        if (services.Any(static service => service.ServiceType == typeof(RecordConsumerFactory)))
            return;

        builder.AddSection<KafkaOptions>("Kafka");
        builder.AddSection<SchemaRegistryOptions>("SchemaRegistry");
        builder.AddSection<ProducerOptions>("Producer");
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<Readiness>();
        services.TryAddSingleton<RoleHealth>();
        services.AddMetrics();

        services.AddSingleton<StreamMetrics>();
        services.AddSingleton<RecordConsumerFactory>();
        services.AddSingleton<RecordProducer>();
        services.AddSingleton<BatchDecoder>();
        services.AddSingleton<DeadLetters>();
        services.AddSingleton<TopicAdmin>();
        services.AddSingleton<GroupOffsets>();
        services.AddSingleton<GroupAdmin>();
        services.AddSingleton<RangeReader>();
        services.AddHostedService<KafkaWatch>();

        services.AddSingleton(static provider => new SchemaRegistryClient(RegistryHttp.Create(
            provider.GetRequiredService<IOptions<SchemaRegistryOptions>>().Value, RegistryHttp.Limits, provider.GetRequiredService<TimeProvider>())));
        services.AddSingleton<SchemaIds>();
        services.AddSingleton<RecordSerde>();
        services.AddSingleton<RecordCodec>();
    }
}
