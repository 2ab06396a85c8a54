namespace TrackHub.LocalKafka.Wire;

/// <summary>The bytes of a frame do not form the request they announce; the connection that sent them is closed.</summary>
internal sealed class MalformedRequestException(string message) : Exception(message);
