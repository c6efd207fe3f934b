// A video call with nothing around it: `/?room=NAME`. A click calls, the other page answers by itself.
// Both ask for camera and microphone only then (cold), trickle their candidates, sound before picture.
"use strict";
const byId = (id) => document.getElementById(id);
const constraints = { audio: true, video: { width: 640, height: 360, frameRate: 30 } };
const room = new URL(location.href).searchParams.get("room");
const socket = new WebSocket(`ws://${location.host}/ws/${room}`);
const send = (message) => socket.send(JSON.stringify(message));
const early = []; // candidates that came before the description they belong to
let connection = null;

async function prepare() {
  const stream = await navigator.mediaDevices.getUserMedia(constraints);
  byId("self").srcObject = stream;
  connection = new RTCPeerConnection({ iceServers: [], bundlePolicy: "max-bundle" });
  connection.onicecandidate = ({ candidate }) => candidate && send({ candidate });
  connection.ontrack = ({ streams }) => {
    if (byId("remote").srcObject !== streams[0]) byId("remote").srcObject = streams[0];
  };
  for (const track of [...stream.getAudioTracks(), ...stream.getVideoTracks()]) connection.addTrack(track, stream);
}

async function addEarly() {
  for (const candidate of early.splice(0)) await connection.addIceCandidate(candidate);
}

async function call() {
  await prepare();
  await connection.setLocalDescription();
  send({ description: connection.localDescription });
}

async function receive({ description, candidate }) {
  if (description?.type === "offer") {
    await prepare();
    await connection.setRemoteDescription(description);
    await addEarly();
    await connection.setLocalDescription();
    send({ description: connection.localDescription });
  } else if (description) {
    await connection.setRemoteDescription(description);
    await addEarly();
  } else if (connection?.remoteDescription) {
    await connection.addIceCandidate(candidate);
  } else {
    early.push(candidate);
  }
}

let queue = Promise.resolve(); // one message at a time
socket.onmessage = ({ data }) => {
  queue = queue.then(() => receive(JSON.parse(data)));
};
socket.onopen = () => document.body.setAttribute("data-ready", "");
byId("call").onclick = call;
