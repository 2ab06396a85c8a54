using TrackHub.Schemas;

namespace TrackHub.Platform.Streams;

/// <summary>A record and its decoded value.</summary>
/// <param name="Record">The record.</param>
/// <param name="Value">Its value.</param>
public readonly record struct Decoded<T>(StreamRecord Record, T Value);

/// <summary>Decodes records and moves those that cannot be decoded to the dead letters. Singleton, thread-safe.</summary>
public sealed class BatchDecoder(RecordCodec codec, DeadLetters deadLetters)
{
    /// <summary>The values of these records in their order; each undecodable one is in the dead letters, durably, when this returns.</summary>
    /// <param name="records">Records whose values are of type <typeparamref name="T"/>.</param>
    /// <param name="stage">Who reads: matcher, dispatcher or ledger.</param>
    /// <param name="cancellationToken">Gives up; nothing must be stored then.</param>
    /// <exception cref="DependencyAwayException">The registry does not answer.</exception>
    /// <exception cref="LogUnavailableException">A dead letter was not acknowledged.</exception>
    public async Task<IReadOnlyList<Decoded<T>>> DecodeAsync<T>(IReadOnlyList<StreamRecord> records, string stage, CancellationToken cancellationToken)
        where T : IAvroRecord<T>
    {
        await codec.PrepareAsync(records, cancellationToken);

        var decoded = new List<Decoded<T>>(records.Count);
        foreach (var record in records)
        {
            if (codec.TryDecode<T>(record, out var value, out var fault))
                decoded.Add(new(record, value));
            else
                await deadLetters.WriteAsync(record, stage, fault.Reason, fault.Detail, cancellationToken);
        }

        return decoded;
    }

    /// <summary>
    /// The values of these records in their order, for a second reader of a topic: what cannot be decoded is left out, for the letter is the first
    /// reader's to write, and one record has one letter.
    /// </summary>
    /// <param name="records">Records whose values are of type <typeparamref name="T"/>.</param>
    /// <param name="cancellationToken">Gives up; nothing must be stored then.</param>
    /// <exception cref="DependencyAwayException">The registry does not answer.</exception>
    public async Task<IReadOnlyList<Decoded<T>>> DecodeAsSecondAsync<T>(IReadOnlyList<StreamRecord> records, CancellationToken cancellationToken)
        where T : IAvroRecord<T>
    {
        await codec.PrepareAsync(records, cancellationToken);

        var decoded = new List<Decoded<T>>(records.Count);
        foreach (var record in records)
        {
            if (codec.TryDecode<T>(record, out var value, out _))
                decoded.Add(new(record, value));
        }

        return decoded;
    }
}
