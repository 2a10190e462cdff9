/** How clients on this machine present themselves: emulators want to be told something and check nothing of it. */
export const localAws = {
  region: 'eu-central-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
};
