using Microsoft.Extensions.Options;

namespace TrackHub.LocalKafka.Hosting;

/// <summary>Checks <see cref="LocalKafkaOptions"/> and names all faults at once.</summary>
[OptionsValidator]
internal sealed partial class LocalKafkaOptionsValidator : IValidateOptions<LocalKafkaOptions>;
